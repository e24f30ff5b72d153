package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;

/** Replies that many commands share. */
final class Replies {
    static final PartitionReply DONE = new PartitionReply.Done();

    private Replies() {}

    static PartitionReply refused(ErrorCode code, String message) {
        return new PartitionReply.Refused(code, message);
    }

    static PartitionReply invalid(String message) {
        return refused(ErrorCode.INVALID_ARGUMENT, message);
    }

    static PartitionReply retry(PartitionReply.Retry.Why why, long detail) {
        return new PartitionReply.Retry(why, detail);
    }
}
