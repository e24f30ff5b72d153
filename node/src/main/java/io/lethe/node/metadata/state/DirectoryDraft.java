package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.log.ActorRole;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.Leaf;
import io.lethe.node.crypto.log.LogEvent;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one decision of the directory while it is made. Reads see the state before the
 * command. One thread.
 */
final class DirectoryDraft {
    static final DirectoryReply DONE = new DirectoryReply.Done();

    private final List<Change> changes = new ArrayList<>();

    /** Of the log, with what this decision has appended; null: nothing yet. */
    private @Nullable Frontier frontier;

    final Rows rows;
    final DirectoryHead head;

    /** The feature level in force. */
    final int level;

    DirectoryDraft(Rows rows, DirectoryHead head) {
        this.rows = rows;
        this.head = head;
        level = LevelRow.read(rows);
    }

    /** Puts a feature level in force, from the next command on. */
    DirectoryReply raise(int to) {
        if (to > level) {
            changes.add(LevelRow.put(to));
        }
        return DONE;
    }

    <I, R> DirectoryReply put(Table<I, R> table, I id, R row) {
        changes.add(table.put(id, row));
        return DONE;
    }

    <I, R> DirectoryReply delete(Table<I, R> table, I id) {
        changes.add(table.delete(id));
        return DONE;
    }

    /** Keeps a key in a slot that is overwritten when it is destroyed. */
    DirectoryReply keep(Id128 id, Bytes wrappedKey) {
        TenantId nobody = new TenantId(new Id128(0, 0));
        changes.add(new Change.WriteSlot(new ShardGrant(new ShardId(id), nobody, 1, wrappedKey)));
        return DONE;
    }

    DirectoryReply destroy(Id128 id) {
        changes.add(new Change.DestroySlot(new ShardId(id)));
        return DONE;
    }

    /**
     * Appends a leaf to the transparency log, stamped with the directory's time.
     *
     * @return its number
     */
    long log(ActorRole actor, LogEvent event) {
        Frontier before = frontier == null ? LogRows.frontier(rows) : frontier;
        Leaf leaf = new Leaf(head.stateMillis, actor, List.of(), List.of(), event);
        frontier = LogRows.append(before, leaf, changes);
        return before.size();
    }

    void change(Change change) {
        changes.add(change);
    }

    /** A user or an access key is removed: what was sent before must not bring it back. */
    void removed() {
        changes.add(RemovalRow.put(head.index));
    }

    /** The changes of rows and slots. */
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
