package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.NewProtection;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionCommand.AbortUpload;
import io.lethe.node.metadata.command.PartitionCommand.CompleteUpload;
import io.lethe.node.metadata.command.PartitionCommand.CreateUpload;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.PartitionReply.UploadCreated;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides about multipart uploads. Transitions of an upload's write id: none → upload
 * (CreateUpload) → committed (CompleteUpload) or closed (AbortUpload); it has no lease. An upload
 * holds its shard's key under its own place from the beginning until the version that it became is
 * gone, so that completing it neither wraps nor moves a key.
 */
final class Uploads {
    private Uploads() {}

    static PartitionReply create(Draft draft, CreateUpload c) {
        WriteRow before = WriteTable.get(draft, c.write());
        if (before != null && !before.isOf(c.bucket(), c.key())) {
            return Writes.otherObject(c.write());
        }
        switch (before) {
            case null -> {}
            case WriteRow.Upload row when row.tenant().equals(c.tenant()) -> {
                UploadRow known = UploadTable.at(draft, row.bucket(), row.key(), row.order());
                Check.that(known != null, "upload " + c.write() + " has no row");
                long created = known == null ? 0 : known.createdMillis();
                return new UploadCreated(row.order(), created, false);
            }
            default -> {
                return Writes.otherUse(c.write());
            }
        }
        if (c.wrappedKey().isEmpty()) {
            return Replies.invalid("an upload has no data key");
        }
        PartitionReply fault = Locks.fault(draft, c.protection());
        if (fault != null) {
            return fault;
        }
        ShardTable.Shard shard = ShardTable.get(draft, c.shard());
        if (shard == null || !shard.takes(draft.head) || !shard.tenant().equals(c.tenant())) {
            return Replies.retry(Why.SHARD, 0);
        }
        UploadRow row =
                new UploadRow(
                        c.bucket(),
                        c.key(),
                        draft.nextOrder(),
                        c.write(),
                        c.tenant(),
                        draft.millis(),
                        c.storageClass(),
                        c.checksum(),
                        c.sealedInfo(),
                        c.shard(),
                        c.wrappedKey(),
                        c.protection());
        UploadTable.begin(draft, row);
        WriteTable.begin(
                draft,
                c.write(),
                new WriteRow.Upload(c.bucket(), c.key(), c.tenant(), row.order()));
        boolean full = ShardTable.hold(draft, c.shard(), place(row.ref()));
        return new UploadCreated(row.order(), row.createdMillis(), full);
    }

    /** A version key with the upload's order: what its parts' rows and its key go by. */
    static Bytes place(UploadRef upload) {
        return RowKeys.versionKey(upload.bucket(), upload.key(), upload.order());
    }

    static PartitionReply gone() {
        return Replies.refused(
                ErrorCode.NO_SUCH_UPLOAD,
                "there is no such upload; it was completed, was aborted, or never was");
    }

    /** Whether the write is that of the upload while it is under way. */
    private static boolean isOf(@Nullable WriteRow write, UploadRef upload) {
        return write instanceof WriteRow.Upload row
                && row.bucket().equals(upload.bucket())
                && row.key().equals(upload.key())
                && row.order() == upload.order();
    }

    static PartitionReply abort(Draft draft, AbortUpload c) {
        WriteRow write = WriteTable.get(draft, c.upload().write());
        if (write instanceof WriteRow.Closed) {
            return Replies.DONE;
        }
        UploadRow upload = UploadTable.get(draft, c.upload());
        if (upload == null || !isOf(write, c.upload())) {
            return gone();
        }
        UploadTable.delete(draft, upload);
        ShardTable.release(draft, upload.shard(), place(c.upload()));
        WriteTable.end(draft, upload.write(), new WriteRow.Closed(true));
        PartTable.sweep(draft, place(c.upload()));
        return Replies.DONE;
    }

    static PartitionReply complete(Draft draft, CompleteUpload c) {
        UploadRef ref = c.upload();
        WriteRow write = WriteTable.get(draft, ref.write());
        if (write instanceof WriteRow.Done done) {
            return done.isOf(ref.bucket(), ref.key())
                    ? done.result()
                    : Writes.otherObject(ref.write());
        }
        UploadRow upload = UploadTable.get(draft, ref);
        if (upload == null || !isOf(write, ref) || !upload.tenant().equals(c.tenant())) {
            return gone();
        }
        if (Commits.badEtag(c.etag())) {
            return Replies.invalid("an ETag has " + c.etag().length() + " characters");
        }
        KeyVersions versions = new KeyVersions(draft, ref.bucket(), ref.key());
        PartitionReply failed = Commits.failed(c.condition(), versions);
        if (failed != null) {
            return failed;
        }
        PartitionReply locked = Locks.ofReplaced(draft, versions, c.versioning());
        if (locked != null) {
            return locked;
        }
        List<PartTable.Slot> slots = new ArrayList<>();
        PartitionReply fault = take(draft, c, slots);
        return fault != null ? fault : write(draft, versions, c, upload, slots);
    }

    /** Finds the parts that a completion names; returns a refusal where one is not as it says. */
    private static @Nullable PartitionReply take(
            Draft draft, CompleteUpload c, List<PartTable.Slot> slots) {
        if (c.parts().isEmpty()) {
            return Replies.invalid("a completed upload has at least one part");
        }
        Map<Integer, PartRow> there = new HashMap<>();
        PartTable.all(draft.rows(), place(c.upload()))
                .forEach(part -> there.put(part.number(), part));
        int last = 0;
        for (PartName name : c.parts()) {
            PartRow part = there.get(name.number());
            if (name.number() <= last) {
                return Replies.refused(
                        ErrorCode.INVALID_PART_ORDER,
                        "part " + name.number() + " comes behind part " + last);
            }
            if (part == null || part.order() != name.order()) {
                return Replies.refused(
                        ErrorCode.INVALID_PART,
                        "part "
                                + name.number()
                                + (part == null ? " is not there" : " was uploaded again since"));
            }
            if (!slots.isEmpty() && slots.getLast().sizeBytes() == 0) {
                return Replies.refused(
                        ErrorCode.ENTITY_TOO_SMALL, "part " + last + " is empty and not the last");
            }
            last = name.number();
            slots.add(new PartTable.Slot(last, part.body().sizeBytes()));
        }
        return null;
    }

    private static PartitionReply write(
            Draft draft,
            KeyVersions versions,
            CompleteUpload c,
            UploadRow upload,
            List<PartTable.Slot> slots) {
        long size = 0;
        for (PartTable.Slot slot : slots) {
            size += slot.sizeBytes();
        }
        boolean isNull = Commits.makeRoom(versions, c.versioning());
        long order = draft.nextOrder();
        VersionBody body =
                new VersionBody(
                        size,
                        c.etag(),
                        c.md5(),
                        c.sha256(),
                        c.sealedInfo(),
                        upload.shard(),
                        upload.wrappedKey(),
                        upload.storageClass(),
                        c.customerKey(),
                        new Placement.Parts(upload.order(), slots.size()));
        var _ =
                versions.add(
                        new VersionRow(
                                upload.bucket(),
                                upload.key(),
                                order,
                                isNull,
                                upload.tenant(),
                                upload.write(),
                                draft.millis(),
                                body,
                                new NewProtection(upload.protection(), c.byDefault())
                                        .at(draft.millis())));
        UploadTable.delete(draft, upload);
        PartTable.layout(draft, place(c.upload()), slots);
        PartTable.sweep(draft, place(c.upload()));
        Committed result = new Committed(order, isNull, draft.millis(), false);
        WriteTable.endForGood(
                draft, upload.write(), new WriteRow.Done(upload.bucket(), upload.key(), result));
        return result;
    }
}
