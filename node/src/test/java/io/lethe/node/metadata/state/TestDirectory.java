package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.model.ErrorCode;
import org.jspecify.annotations.Nullable;

/** A directory in a map, to which commands are given one by one. */
final class TestDirectory {
    final MapRows rows = new MapRows();
    private long index;

    DirectoryReply execute(DirectoryCommand command) {
        Decision<DirectoryReply> decision =
                DirectoryState.decide(rows, new Stamp(++index, 0, 0, 1), command, index);
        rows.apply(decision.changes());
        return decision.reply();
    }

    void done(DirectoryCommand command) {
        assertThat(execute(command)).isInstanceOf(DirectoryReply.Done.class);
    }

    /** Null where it is not refused. */
    @Nullable ErrorCode refusal(DirectoryCommand command) {
        return execute(command) instanceof DirectoryReply.Refused refused ? refused.code() : null;
    }

    DirectoryReader reader() {
        return new DirectoryReader(rows);
    }

    long index() {
        return index;
    }
}
