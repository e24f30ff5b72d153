package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.model.ErrorCode;

/** A partition's state machine. */
public final class PartitionState {
    private PartitionState() {}

    /** What a command changes, and what it answers. Pure. */
    public static Decision<PartitionReply> decide(
            Rows rows, Stamp stamp, PartitionCommand command) {
        return Decision.only(
                new PartitionReply.Refused(
                        ErrorCode.NOT_IMPLEMENTED,
                        rows + " " + stamp + " " + command.getClass().getSimpleName()));
    }

    /** Answers a question. Pure. */
    public static PartitionAnswer answer(Rows rows, PartitionQuery query) {
        return new PartitionAnswer.Empty(rows.hashCode() == query.hashCode());
    }
}
