package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.PartitionCommand.AbortUpload;
import io.lethe.node.metadata.command.PartitionCommand.CompleteUpload;
import io.lethe.node.metadata.command.PartitionCommand.CreateUpload;
import io.lethe.node.metadata.command.PartitionCommand.OfUpload;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionCommand.PutPart;
import io.lethe.node.metadata.command.PartitionCommand.SaveHash;
import io.lethe.node.metadata.command.PartitionCommand.SweepParts;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.Protection;

/**
 * Types and fields of commands about multipart uploads, for {@link PartitionCommandCodec}:
 *
 * <pre>
 * 21 CreateUpload    write id, bucket i64, key, tenant id, class text, checksum blob (256), sealed
 *                    info blob, shard id, wrapped
 * 22 PutPart         write id, upload, number i32, part body
 * 23 CompleteUpload  upload, tenant id, versioning u8, condition, list of (number i32, order i64)
 *                    (10,000), etag text, MD5 16, SHA-256 32, sealed info blob, customer's key
 *                    flag
 * 24 AbortUpload     upload
 * 25 SweepParts      limit i32, kept millis varint
 * 26 SaveHash        upload, number i32, order i64, before blob (512), midstate blob (512)
 * 44 CreateUpload    as 21, then protection
 * 45 CompleteUpload  as 23, then the bucket's lock
 * 46 AbortUpload     as 24, by rules
 *
 * upload: bucket i64, key, order i64, write id; part body: {@link FieldWriter#partBody}
 * </pre>
 */
final class UploadCommandCodec {
    private UploadCommandCodec() {}

    static int type(OfUpload command) {
        return switch (command) {
            case CreateUpload c -> c.protection().isNone() ? 21 : 44;
            case PutPart _ -> 22;
            case CompleteUpload c -> c.byDefault() == null ? 23 : 45;
            case AbortUpload c -> c.byRules() ? 46 : 24;
            case SweepParts _ -> 25;
            case SaveHash _ -> 26;
        };
    }

    static void fields(FieldWriter out, OfUpload command) {
        switch (command) {
            case CreateUpload c -> {
                out.id(c.write().id()).bucket(c.bucket()).key(c.key()).id(c.tenant().id());
                out.text(c.storageClass());
                out.blob("checksum", c.checksum(), PartBody.MOST_CHECKSUM_BYTES);
                out.blob("sealed info", c.sealedInfo(), VersionBody.MOST_INFO_BYTES);
                out.id(c.shard().id()).wrapped(c.wrappedKey());
                if (!c.protection().isNone()) {
                    out.protection(c.protection());
                }
            }
            case PutPart c ->
                    out.id(c.write().id()).upload(c.upload()).int32(c.number()).partBody(c.body());
            case CompleteUpload c -> complete(out, c);
            case AbortUpload c -> out.upload(c.upload());
            case SweepParts c -> out.int32(c.limit()).number(c.keptMillis());
            case SaveHash c -> {
                out.upload(c.upload());
                name(out, c.part());
                out.blob("before", c.before(), SaveHash.MOST_MIDSTATE_BYTES);
                out.blob("midstate", c.midstate(), SaveHash.MOST_MIDSTATE_BYTES);
            }
        }
    }

    private static void complete(FieldWriter out, CompleteUpload c) {
        out.upload(c.upload()).id(c.tenant().id()).choice(c.versioning());
        PartitionCommandCodec.condition(out, c.condition());
        out.list(c.parts(), PartRow.MOST_PARTS, UploadCommandCodec::name);
        out.text(c.etag()).raw(c.md5()).raw(c.sha256());
        out.blob("sealed info", c.sealedInfo(), VersionBody.MOST_INFO_BYTES);
        out.flag(c.customerKey());
        BucketLock lock = c.byDefault();
        if (lock != null) {
            out.lock(lock);
        }
    }

    static void name(FieldWriter out, PartName part) {
        out.int32(part.number()).int64(part.order());
    }

    static PartName name(FieldReader in) {
        return new PartName(in.int32(), in.int64());
    }

    static OfUpload read(FieldReader in, int type) {
        return switch (type) {
            case 21 -> create(in, false);
            case 44 -> create(in, true);
            case 22 -> new PutPart(in.write(), in.upload(), in.int32(), in.partBody());
            case 23 -> complete(in, false);
            case 45 -> complete(in, true);
            case 24 -> new AbortUpload(in.upload());
            case 46 -> new AbortUpload(in.upload(), true);
            case 25 -> new SweepParts(in.int32(), in.number());
            case 26 ->
                    new SaveHash(
                            in.upload(),
                            name(in),
                            in.blob(SaveHash.MOST_MIDSTATE_BYTES),
                            in.blob(SaveHash.MOST_MIDSTATE_BYTES));
            default -> throw FieldReader.unknown("partition command", type);
        };
    }

    private static CreateUpload create(FieldReader in, boolean isProtected) {
        return new CreateUpload(
                in.write(),
                in.bucket(),
                in.key(),
                in.tenant(),
                in.text(),
                in.blob(PartBody.MOST_CHECKSUM_BYTES),
                in.blob(VersionBody.MOST_INFO_BYTES),
                in.shard(),
                in.wrapped(),
                isProtected ? in.protection() : Protection.NONE);
    }

    private static CompleteUpload complete(FieldReader in, boolean hasDefault) {
        return new CompleteUpload(
                in.upload(),
                in.tenant(),
                in.choice(Versioning.values()),
                PartitionCommandCodec.condition(in),
                in.list(PartRow.MOST_PARTS, UploadCommandCodec::name),
                in.text(),
                in.raw(16),
                in.raw(32),
                in.blob(VersionBody.MOST_INFO_BYTES),
                in.flag(),
                hasDefault ? in.lock() : null);
    }
}
