package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketRecord.Versioning;
import org.jspecify.annotations.Nullable;

/**
 * Decides deletes, as S3 does: a plain one removes the object where the bucket never had versions,
 * else it writes a delete marker; one that names a version removes it for good. Each remembers its
 * result for a day, also that there was nothing, so that a repetition can't delete what came later.
 */
final class Deletes {
    private Deletes() {}

    static PartitionReply delete(Draft draft, Delete c) {
        WriteRow before = WriteTable.get(draft, c.request());
        if (before != null && !before.isOf(c.bucket(), c.key())) {
            return Writes.otherObject(c.request());
        }
        if (before instanceof WriteRow.Removed removed && removed.asked().equals(c.which())) {
            return removed.result();
        }
        if (before != null) {
            return Writes.otherUse(c.request());
        }
        KeyVersions versions = new KeyVersions(draft, c.bucket(), c.key());
        VersionRow current = versions.current();
        PartitionReply failed = Commits.failed(c.condition(), versions);
        if (failed != null) {
            return failed;
        }
        PartitionReply locked = Locks.ofDeleted(draft, versions, c);
        if (locked != null) {
            return locked;
        }
        Deleted result =
                switch (c.which()) {
                    case Which.Order(long order) -> remove(versions, versions.at(order));
                    case Which.Null _ -> remove(versions, versions.nullVersion());
                    case Which.Current _ when c.versioning() == Versioning.OFF ->
                            remove(versions, current);
                    case Which.Current _ -> mark(draft, versions, c);
                };
        WriteTable.end(
                draft, c.request(), new WriteRow.Removed(c.bucket(), c.key(), c.which(), result));
        return result;
    }

    private static Deleted remove(KeyVersions versions, @Nullable VersionRow row) {
        if (row == null) {
            return new Deleted(0, false, false);
        }
        versions.drop(row);
        versions.promote();
        return new Deleted(row.order(), row.nullVersion(), row.isDeleteMarker());
    }

    private static Deleted mark(Draft draft, KeyVersions versions, Delete c) {
        boolean isNull = c.versioning() == Versioning.SUSPENDED;
        if (isNull) {
            VersionRow replaced = versions.nullVersion();
            if (replaced != null) {
                versions.drop(replaced);
            }
        }
        long order = draft.nextOrder();
        var _ =
                versions.add(
                        new VersionRow(
                                c.bucket(),
                                c.key(),
                                order,
                                isNull,
                                c.tenant(),
                                c.request(),
                                draft.millis(),
                                null));
        return new Deleted(order, isNull, true);
    }
}
