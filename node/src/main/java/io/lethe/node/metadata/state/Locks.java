package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.LockChange;
import io.lethe.node.metadata.command.PartitionCommand.SetLock;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Protection;
import org.jspecify.annotations.Nullable;

/**
 * Decides by S3's Object Lock, by the state's own time: what protects a version, and what that
 * forbids. Whoever takes a version away asks here first. Static and pure.
 */
final class Locks {
    private Locks() {}

    /** A refusal where the version may not be taken away; null where it may, or there is none. */
    static @Nullable PartitionReply refusal(Draft draft, @Nullable VersionRow row, boolean bypass) {
        return row == null || row.protection().allowsDelete(draft.millis(), bypass)
                ? null
                : denied();
    }

    private static PartitionReply denied() {
        return Replies.refused(
                ErrorCode.ACCESS_DENIED, "Access Denied because object protected by object lock.");
    }

    /** As {@link #refusal}, of the null version where a new one would take its place. */
    static @Nullable PartitionReply ofReplaced(
            Draft draft, KeyVersions versions, Versioning versioning) {
        return versioning == Versioning.ENABLED
                ? null
                : refusal(draft, versions.nullVersion(), false);
    }

    /** As {@link #refusal}, of the version that a delete would take away. */
    static @Nullable PartitionReply ofDeleted(Draft draft, KeyVersions versions, Delete c) {
        return switch (c.which()) {
            case Which.Order(long order) ->
                    refusal(draft, versions.at(order), c.bypassGovernance());
            case Which.Null _ -> refusal(draft, versions.nullVersion(), c.bypassGovernance());
            case Which.Current _ when c.versioning() == Versioning.OFF ->
                    refusal(draft, versions.current(), c.bypassGovernance());
            case Which.Current _ -> ofReplaced(draft, versions, c.versioning());
        };
    }

    /** A refusal where a new version can't have this; null where it can. */
    static @Nullable PartitionReply fault(Draft draft, Protection asked) {
        return asked.mode() == Mode.NONE || asked.retains(draft.millis())
                ? null
                : Replies.invalid("The retain until date must be in the future!");
    }

    static PartitionReply set(Draft draft, SetLock c) {
        PartitionReply known = VersionUpdates.known(draft, c.request(), c.bucket(), c.key());
        if (known != null) {
            return known;
        }
        KeyVersions versions = new KeyVersions(draft, c.bucket(), c.key());
        VersionRow row =
                switch (c.which()) {
                    case Which.Order(long order) -> versions.at(order);
                    case Which.Null _ -> versions.nullVersion();
                    case Which.Current _ -> versions.current();
                };
        if (row == null || row.isDeleteMarker()) {
            return c.which() instanceof Which.Current
                    ? Replies.refused(ErrorCode.NO_SUCH_KEY, "there is no such object")
                    : Replies.refused(ErrorCode.NO_SUCH_VERSION, "there is no such version");
        }
        Protection before = row.protection();
        return switch (c.change()) {
            case LockChange.Hold(boolean on) ->
                    update(draft, c, versions, row.withProtection(before.withHold(on)));
            case LockChange.Retain(Mode mode, long until) -> {
                if (!before.allowsRetention(mode, until, draft.millis(), c.bypassGovernance())) {
                    yield denied();
                }
                Protection after = before.withRetention(mode, until);
                PartitionReply fault = after.equals(before) ? null : fault(draft, after);
                yield fault != null ? fault : update(draft, c, versions, row.withProtection(after));
            }
        };
    }

    private static PartitionReply update(
            Draft draft, SetLock c, KeyVersions versions, VersionRow row) {
        versions.update(row);
        return VersionUpdates.done(draft, c.request(), c.bucket(), c.key());
    }
}
