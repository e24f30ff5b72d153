package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.LevelAbove;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedState;
import io.lethe.node.metadata.state.Birth;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.metadata.state.DirectoryState;
import io.lethe.node.metadata.state.LevelRow;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.metadata.table.Position;
import io.lethe.node.model.Build;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * <p>An entry, a table or a snapshot of a feature level that the build does not speak is not
 * touched: {@link LevelAbove} says what to do.
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

    /** Makes the children of splits. */
    public interface Offspring {
        /** Returns once the child is durable here, or none is to be made here. */
        void bear(PartitionCommand.Split split, Birth birth) throws IOException;

        /** Makes none. */
        static Offspring none() {
            return (_, _) -> {};
        }
    }

    private static final byte[] NOTHING = new byte[0];

    private final GroupId group;
    private final GroupTable table;
    private final Listener listener;
    private final Function<RaftPeer, Optional<NodeId>> nodes;
    private final Offspring offspring;
    private final Build build;
    private final LongAdder appliedBytes = new LongAdder();
    private volatile boolean keepsLog;

    /** For a replica that hands its keys to nobody. */
    public GroupState(GroupId group, GroupTable table, Listener listener) {
        this(group, table, listener, _ -> Optional.empty(), Offspring.none(), Build.own());
    }

    /**
     * @param nodes which node a replica is on, as the directory says
     * @param build what this node goes by
     * @throws LevelAbove when the table has what the build does not know
     */
    public GroupState(
            GroupId group,
            GroupTable table,
            Listener listener,
            Function<RaftPeer, Optional<NodeId>> nodes,
            Offspring offspring,
            Build build) {
        this.build = build;
        this.nodes = nodes;
        this.offspring = offspring;
        this.group = group;
        this.table = table;
        this.listener = listener;
        speak(table.read(view -> LevelRow.read(view.rows())));
        look();
    }

    /** A replica that does not know what the others go by stops before it differs from them. */
    private void speak(int level) {
        if (level > build.highest()) {
            throw new LevelAbove(group, level, build);
        }
    }

    private void look() {
        keepsLog = !group.isDirectory() && table.read(view -> PartitionState.keepsLog(view.rows()));
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
        speak(CommandCodec.level(entry));
        CommandCodec.PartitionEntry decoded =
                group.isDirectory() ? null : CommandCodec.decodePartition(entry);
        boolean splits = decoded != null && decoded.command() instanceof PartitionCommand.OfSplit;
        if (decoded != null && decoded.command() instanceof PartitionCommand.Split split) {
            bear(decoded.stamp(), split);
        }
        Decision<byte[]> decision =
                table.apply(
                        next,
                        rows ->
                                decoded == null
                                        ? decide(rows, index, entry)
                                        : decide(rows, decoded));
        if (splits) {
            look();
        }
        appliedBytes.add(command.length);
        listener.applied(next, decision.changes());
        return decision.reply();
    }

    /** The child comes before the entry counts as applied: a crash in between makes it again. */
    private void bear(Stamp stamp, PartitionCommand.Split split) {
        Birth[] birth = new Birth[1];
        boolean splits =
                table.read(
                        view -> {
                            birth[0] = PartitionState.birth(view.rows(), stamp, split);
                            return birth[0] != null;
                        });
        try {
            if (splits) {
                offspring.bear(split, birth[0]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(split.child() + " can't be made here", e);
        }
    }

    /** Whether no snapshot may cut the log: a split is in it that not all may have applied. */
    boolean keepsLog() {
        return keepsLog;
    }

    private Decision<byte[]> decide(Rows rows, long index, Bytes entry) {
        CommandCodec.DirectoryEntry decoded = CommandCodec.decodeDirectory(entry);
        Decision<DirectoryReply> decision =
                DirectoryState.decide(rows, decoded.stamp(), decoded.command(), index);
        if (decoded.command() instanceof DirectoryCommand.RaiseFeatureLevel raise
                && decision.reply() instanceof DirectoryReply.Done) {
            speak(raise.level());
        }
        return new Decision<>(
                decision.changes(), ReplyCodec.encode(decision.reply()).unsafeArray());
    }

    private static Decision<byte[]> decide(Rows rows, CommandCodec.PartitionEntry decoded) {
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
        speak(table.read(view -> LevelRow.read(view.rows())));
        look();
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
