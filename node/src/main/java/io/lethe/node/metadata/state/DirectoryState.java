package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.model.ErrorCode;

/** The directory's state machine. */
public final class DirectoryState {
    private DirectoryState() {}

    /**
     * What a command changes, and what it answers. Pure.
     *
     * @param index the command's place in the directory's log
     */
    public static Decision<DirectoryReply> decide(
            Rows rows, Stamp stamp, DirectoryCommand command, long index) {
        return Decision.only(
                new DirectoryReply.Refused(
                        ErrorCode.NOT_IMPLEMENTED,
                        rows + " " + stamp + " " + index + command.getClass().getSimpleName()));
    }
}
