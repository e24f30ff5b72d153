package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionCommand.SetInfo;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * Decides changes of a version where it lies: of what is said of it, never of its bytes. Each
 * remembers its request for a day, so that a repetition, sent since the answer was lost, can't undo
 * what came later. Static and pure.
 */
final class VersionUpdates {
    private VersionUpdates() {}

    /** The answer where a change of this request was decided before; null where it was not. */
    static @Nullable PartitionReply known(
            Draft draft, WriteId request, BucketId bucket, Bytes key) {
        WriteRow before = WriteTable.get(draft, request);
        if (before == null) {
            return null;
        }
        if (!before.isOf(bucket, key)) {
            return Writes.otherObject(request);
        }
        return before instanceof WriteRow.Changed ? Replies.DONE : Writes.otherUse(request);
    }

    /** Remembers that a request has changed a version, or found it as it wants it. */
    static PartitionReply done(Draft draft, WriteId request, BucketId bucket, Bytes key) {
        WriteTable.end(draft, request, new WriteRow.Changed(bucket, key));
        return Replies.DONE;
    }

    static PartitionReply setInfo(Draft draft, SetInfo c) {
        PartitionReply known = known(draft, c.request(), c.bucket(), c.key());
        if (known != null) {
            return known;
        }
        KeyVersions versions = new KeyVersions(draft, c.bucket(), c.key());
        VersionRow row = versions.at(c.order());
        VersionBody body = row == null ? null : row.body();
        if (row == null || body == null) {
            return Replies.refused(ErrorCode.NO_SUCH_VERSION, "there is no such version");
        }
        if (!body.sealedInfo().equals(c.seen())) {
            return Replies.refused(
                    ErrorCode.STALE_EPOCH,
                    "what is said of the version was changed meanwhile; read it again");
        }
        versions.update(row.withBody(body.withInfo(c.sealedInfo())));
        return done(draft, c.request(), c.bucket(), c.key());
    }
}
