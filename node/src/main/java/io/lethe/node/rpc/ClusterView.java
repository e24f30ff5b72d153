package io.lethe.node.rpc;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the cluster door shows and changes; wired by the composition. Calls may block the task. */
public interface ClusterView {
    NodeId self();

    Directory directory();

    /**
     * The record of a partition.
     *
     * @param name as {@code lethe partitions} shows it
     * @throws StoreException INVALID_ARGUMENT when there is none
     */
    default PartitionRecord partition(String name) {
        return directory().partitions().stream()
                .filter(one -> one.id().toString().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.INVALID_ARGUMENT,
                                        "there is no partition '"
                                                + name
                                                + "'; see 'lethe partitions'"));
    }

    Optional<NodeId> controller();

    /** 0 where another node is the controller. */
    long controllerEpoch();

    /** How a node's replica of a group stands; empty when it does not say in time. */
    Optional<ReplicaStatus> replica(NodeId node, GroupId group) throws InterruptedException;

    /**
     * Who votes in a group by the log of a node's replica; empty when it does not say in time, or
     * runs a build that doesn't know the question.
     */
    List<RaftPeer> configuration(NodeId node, GroupId group) throws InterruptedException;

    /** A device's own figures; empty when its node does not say in time. */
    Optional<ChunkStore.Status> device(DeviceId device) throws InterruptedException;

    /** What nodes run, as far as they are registered. */
    Map<NodeId, Build> builds();

    /** Nodes that vote in the directory. */
    List<NodeId> directoryVoters();

    /**
     * Has a partition split.
     *
     * @param at row key of the first object of the second half; null: the middle one
     * @throws StoreException INVALID_ARGUMENT where it can't be split there
     */
    PartitionRecord.Division split(GroupId partition, @Nullable Bytes at, long deadlineNanos)
            throws InterruptedException;

    /**
     * Has a partition without objects merged into a neighbour, which is the answer; also where that
     * is under way or over.
     *
     * @throws StoreException INVALID_ARGUMENT where it can't be merged
     */
    GroupId merge(GroupId partition, long deadlineNanos) throws InterruptedException;

    /**
     * Whether a group has committed that its members are just those of its record.
     *
     * @throws StoreException where its leader doesn't say in time
     */
    boolean isSettled(PartitionRecord record, long deadlineNanos) throws InterruptedException;

    /**
     * Has an operator's word applied; {@link #directory} knows of it then.
     *
     * @throws StoreException what the directory said, if it refused
     */
    void order(DirectoryCommand command, long deadlineNanos) throws InterruptedException;
}
