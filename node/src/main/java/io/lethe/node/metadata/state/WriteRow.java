package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.TenantId;

/**
 * How a write (or the request of a delete or a change) stands: the row of its id in {@link
 * Family#WRITES}.
 *
 * <p>Value: format u8 = 1 ‖ type u8 ‖ fields: 1 open: bucket i64, key, tenant id, expires varint; 2
 * committed: bucket i64, key, order i64, null flag, created varint, shard-full flag; 3 closed:
 * listed flag; 4 deleted: bucket i64, key, asked i64 (an order, -1 the current, -2 the null
 * version), order i64, null flag, marker flag; 5 replaced: bucket i64, key, order i64; 6 upload:
 * bucket i64, key, tenant id, order i64; 7 part: bucket i64, key, order i64, created varint; 8
 * changed: bucket i64, key.
 */
sealed interface WriteRow {
    /** Chunks may be written under it, and it may be committed. */
    record Open(BucketId bucket, Bytes key, TenantId tenant, long expiresMillis)
            implements WriteRow, OfObject {}

    /** A version of this key was made visible by it. */
    record Done(BucketId bucket, Bytes key, Committed result) implements WriteRow, OfObject {}

    /**
     * No commit succeeds any more.
     *
     * @param listed its segments were told and are garbage already
     */
    record Closed(boolean listed) implements WriteRow {}

    /** A request that deleted what it asked for of this key, or found nothing. */
    record Removed(BucketId bucket, Bytes key, Which asked, Deleted result)
            implements WriteRow, OfObject {
        private static final long CURRENT = -1;
        private static final long NULL = -2;

        private long askedCode() {
            return switch (asked) {
                case Which.Order(long order) -> order;
                case Which.Current _ -> CURRENT;
                case Which.Null _ -> NULL;
            };
        }

        private static Which asked(long code) {
            if (code == CURRENT) {
                return new Which.Current();
            }
            return code == NULL ? new Which.Null() : new Which.Order(code);
        }
    }

    /** Its segment took the place of another in a version that is kept. */
    record Replaced(BucketId bucket, Bytes key, long order) implements WriteRow, OfObject {}

    /** A multipart upload that is under way, without a lease. */
    record Upload(BucketId bucket, Bytes key, TenantId tenant, long order)
            implements WriteRow, OfObject {}

    /** Its segments became a part of an upload, which has this order. */
    record Part(BucketId bucket, Bytes key, long order, long createdMillis)
            implements WriteRow, OfObject {}

    /** A request that changed a version of this key where it lies. */
    record Changed(BucketId bucket, Bytes key) implements WriteRow, OfObject {}

    /** One that says which object the id was used for. */
    interface OfObject {
        BucketId bucket();

        Bytes key();
    }

    /** Whether the id may have been used for this object: of one that is closed nobody knows. */
    default boolean isOf(BucketId bucket, Bytes key) {
        return !(this instanceof OfObject known)
                || (bucket.equals(known.bucket()) && key.equals(known.key()));
    }

    default Bytes encode() {
        FieldWriter out = RowValues.begin();
        switch (this) {
            case Open w ->
                    out.u8(1)
                            .bucket(w.bucket())
                            .key(w.key())
                            .id(w.tenant().id())
                            .number(w.expiresMillis());
            case Done(BucketId bucket, Bytes key, Committed c) ->
                    out.u8(2)
                            .bucket(bucket)
                            .key(key)
                            .int64(c.order())
                            .flag(c.nullVersion())
                            .number(c.createdMillis())
                            .flag(c.shardFull());
            case Closed w -> out.u8(3).flag(w.listed());
            case Removed w ->
                    out.u8(4)
                            .bucket(w.bucket())
                            .key(w.key())
                            .int64(w.askedCode())
                            .int64(w.result().order())
                            .flag(w.result().nullVersion())
                            .flag(w.result().marker());
            case Replaced w -> out.u8(5).bucket(w.bucket()).key(w.key()).int64(w.order());
            case Upload w ->
                    out.u8(6).bucket(w.bucket()).key(w.key()).id(w.tenant().id()).int64(w.order());
            case Part w ->
                    out.u8(7)
                            .bucket(w.bucket())
                            .key(w.key())
                            .int64(w.order())
                            .number(w.createdMillis());
            case Changed w -> out.u8(8).bucket(w.bucket()).key(w.key());
        }
        return out.toBytes();
    }

    static WriteRow decode(Bytes value) {
        return RowValues.read(value, WriteRow::read);
    }

    private static WriteRow read(FieldReader in) {
        int type = in.u8();
        return switch (type) {
            case 1 -> new Open(in.bucket(), in.key(), in.tenant(), in.number());
            case 2 ->
                    new Done(
                            in.bucket(),
                            in.key(),
                            new Committed(in.int64(), in.flag(), in.number(), in.flag()));
            case 3 -> new Closed(in.flag());
            case 4 ->
                    new Removed(
                            in.bucket(),
                            in.key(),
                            Removed.asked(in.int64()),
                            new Deleted(in.int64(), in.flag(), in.flag()));
            case 5 -> new Replaced(in.bucket(), in.key(), in.int64());
            case 6 -> new Upload(in.bucket(), in.key(), in.tenant(), in.int64());
            case 7 -> new Part(in.bucket(), in.key(), in.int64(), in.number());
            case 8 -> new Changed(in.bucket(), in.key());
            default -> throw FieldReader.unknown("write row", type);
        };
    }
}
