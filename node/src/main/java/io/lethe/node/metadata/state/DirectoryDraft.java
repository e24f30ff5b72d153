package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes of one decision of the directory while it is made. Reads see the state before the
 * command. One thread.
 */
final class DirectoryDraft {
    static final DirectoryReply DONE = new DirectoryReply.Done();

    private final List<Change> changes = new ArrayList<>();
    final Rows rows;
    final DirectoryHead head;

    DirectoryDraft(Rows rows, DirectoryHead head) {
        this.rows = rows;
        this.head = head;
    }

    <I, R> DirectoryReply put(Table<I, R> table, I id, R row) {
        changes.add(table.put(id, row));
        return DONE;
    }

    <I, R> DirectoryReply delete(Table<I, R> table, I id) {
        changes.add(table.delete(id));
        return DONE;
    }

    /** The rows' changes. */
    List<Change> changes() {
        return changes;
    }

    static DirectoryReply refused(ErrorCode code, String message) {
        return new DirectoryReply.Refused(code, message);
    }

    static DirectoryReply invalid(String message) {
        return refused(ErrorCode.INVALID_ARGUMENT, message);
    }
}
