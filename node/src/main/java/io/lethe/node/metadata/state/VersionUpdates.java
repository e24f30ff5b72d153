package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.PartitionCommand.SetInfo;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.ErrorCode;

/**
 * Decides changes of a version where it lies: of what is said of it, never of its bytes. Static and
 * pure.
 */
final class VersionUpdates {
    private VersionUpdates() {}

    static PartitionReply setInfo(Draft draft, SetInfo c) {
        KeyVersions versions = new KeyVersions(draft, c.bucket(), c.key());
        VersionRow row = versions.at(c.order());
        VersionBody body = row == null ? null : row.body();
        if (row == null || body == null) {
            return Replies.refused(ErrorCode.NO_SUCH_VERSION, "there is no such version");
        }
        if (body.sealedInfo().equals(c.sealedInfo())) {
            return Replies.DONE;
        }
        if (!body.sealedInfo().equals(c.seen())) {
            return Replies.refused(
                    ErrorCode.STALE_EPOCH,
                    "what is said of the version was changed meanwhile; read it again");
        }
        versions.update(row.withBody(body.withInfo(c.sealedInfo())));
        return Replies.DONE;
    }
}
