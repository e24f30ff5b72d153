package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedState;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.metadata.state.DirectoryState;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.metadata.table.Position;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * What a group's log is applied to: each entry is decoded, decided on the table's rows, and its
 * changes applied with its position. Entries at or behind that position are passed over without
 * touching rows or key file, so that a replay can't bring a destroyed key back.
 *
 * <p>Called by the log, on the group's one apply thread; an exception that leaves a method halts
 * the process, as the log's contract says. Owns nothing: whoever made the table closes it, after
 * the log.
 */
public final class GroupState implements ReplicatedState {
    /** Hears of changes, on the apply thread, before the log counts them as applied. */
    public interface Listener {
        /** Entries that changed nothing are told too. */
        void applied(Position position, List<Change> changes);

        /** The whole state was replaced by a snapshot. */
        void replaced(Position position);

        /** Hears nothing. */
        static Listener none() {
            return new Listener() {
                @Override
                public void applied(Position position, List<Change> changes) {}

                @Override
                public void replaced(Position position) {}
            };
        }
    }

    private static final byte[] NOTHING = new byte[0];

    private final GroupId group;
    private final GroupTable table;
    private final Listener listener;
    private final Function<RaftPeer, Optional<NodeId>> nodes;
    private final LongAdder appliedBytes = new LongAdder();

    /** For a replica that hands its keys to nobody. */
    public GroupState(GroupId group, GroupTable table, Listener listener) {
        this(group, table, listener, _ -> Optional.empty());
    }

    /**
     * @param nodes which node a replica is on, as the directory says
     */
    public GroupState(
            GroupId group,
            GroupTable table,
            Listener listener,
            Function<RaftPeer, Optional<NodeId>> nodes) {
        this.nodes = nodes;
        this.group = group;
        this.table = table;
        this.listener = listener;
    }

    @Override
    public byte[] apply(long index, long term, byte[] command) {
        Position at = table.applied();
        if (index <= at.index()) {
            boolean sameHistory = index == at.index() ? term == at.term() : term <= at.term();
            Check.that(
                    sameHistory,
                    group
                            + " applied "
                            + at
                            + ", and the log now has term "
                            + term
                            + " at "
                            + index);
            return NOTHING;
        }
        Position next = new Position(index, term);
        Bytes entry = Bytes.wrap(command);
        Decision<byte[]> decision = table.apply(next, rows -> decide(rows, index, entry));
        appliedBytes.add(command.length);
        listener.applied(next, decision.changes());
        return decision.reply();
    }

    private Decision<byte[]> decide(Rows rows, long index, Bytes entry) {
        if (group.isDirectory()) {
            CommandCodec.DirectoryEntry decoded = CommandCodec.decodeDirectory(entry);
            Decision<DirectoryReply> decision =
                    DirectoryState.decide(rows, decoded.stamp(), decoded.command(), index);
            return new Decision<>(
                    decision.changes(), ReplyCodec.encode(decision.reply()).unsafeArray());
        }
        CommandCodec.PartitionEntry decoded = CommandCodec.decodePartition(entry);
        Decision<PartitionReply> decision =
                PartitionState.decide(rows, decoded.stamp(), decoded.command());
        return new Decision<>(
                decision.changes(), ReplyCodec.encode(decision.reply()).unsafeArray());
    }

    /** Bytes of entries applied since this replica was opened. */
    public long appliedBytes() {
        return appliedBytes.sum();
    }

    @Override
    public long appliedIndex() {
        return table.applied().index();
    }

    @Override
    public long appliedTerm() {
        return table.applied().term();
    }

    @Override
    public void saveSnapshot(Path dir) throws IOException {
        table.saveSnapshot(dir);
    }

    @Override
    public void loadSnapshot(Path dir, long index, long term) throws IOException {
        Position position = new Position(index, term);
        table.loadSnapshot(dir, position);
        listener.replaced(position);
    }

    @Override
    public byte[] exportKeys() {
        return table.exportKeys();
    }

    @Override
    public Optional<byte[]> exportKeysFor(RaftPeer reader) {
        if (group.isDirectory()) {
            return Optional.of(table.exportKeys());
        }
        return nodes.apply(reader)
                .map(node -> KeyCopy.replica(node, reader.generation()))
                .filter(copy -> table.read(v -> PartitionState.registered(v.rows(), copy)))
                .map(_ -> table.exportKeys());
    }

    @Override
    public void importKeys(long snapshotIndex, byte[] keys) throws IOException {
        table.importKeys(snapshotIndex, keys);
    }
}
