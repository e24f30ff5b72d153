package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.state.DirectoryState;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import java.util.List;

/** A directory in memory, for tests of what sends it commands. No partitions. One thread. */
public final class MemoryDirectory implements Metadata {
    private final MapRows rows = new MapRows();
    private long index;

    /** What is known of it on this node: always the newest. */
    public Directory copy() {
        return new DirectoryReader(rows);
    }

    /** All that it has, as it is now. */
    MapRows state() {
        return rows.copy();
    }

    /** It has what it had then, and nothing else. */
    void setBack(MapRows then) {
        for (Family family : Family.values()) {
            rows.family(family).clear();
            rows.family(family).putAll(then.family(family));
        }
    }

    /** Sets the cluster up; nodes are the failure domains. */
    public void bear() {
        var _ =
                execute(
                        new DirectoryCommand.InitCluster(
                                new Id128(9, 9),
                                "test",
                                "node",
                                List.of(
                                        new StorageClass(
                                                "standard", new Scheme(2, 1, 1 << 18), true))),
                        1,
                        0);
    }

    @Override
    public Applied execute(DirectoryCommand command, long controllerEpoch, long deadlineNanos) {
        CommandCodec.DirectoryEntry entry =
                CommandCodec.decodeDirectory(
                        CommandCodec.encode(
                                new Stamp(1_800_000_000_000L, 0, controllerEpoch, 1), command));
        Decision<DirectoryReply> decision =
                DirectoryState.decide(rows, entry.stamp(), entry.command(), ++index);
        rows.apply(decision.changes());
        return new Applied(decision.reply(), index);
    }

    @Override
    public void catchUpDirectory(long deadlineNanos) {}

    @Override
    public PartitionReply execute(
            Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PartitionReply executeIn(
            GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos) {
        throw new UnsupportedOperationException();
    }
}
