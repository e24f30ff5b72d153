package io.lethe.node.rpc;

import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.util.List;
import java.util.Optional;

/** What the cluster door shows and changes; wired by the composition. Calls may block the task. */
public interface ClusterView {
    NodeId self();

    Directory directory();

    Optional<NodeId> controller();

    /** 0 where another node is the controller. */
    long controllerEpoch();

    /** How a node's replica of a group stands; empty when it does not say in time. */
    Optional<ReplicaStatus> replica(NodeId node, GroupId group) throws InterruptedException;

    /** A device's own figures; empty when its node does not say in time. */
    Optional<ChunkStore.Status> device(DeviceId device) throws InterruptedException;

    /** Nodes that vote in the directory. */
    List<NodeId> directoryVoters();

    /**
     * Has an operator's word applied; {@link #directory} knows of it then.
     *
     * @throws StoreException what the directory said, if it refused
     */
    void order(DirectoryCommand command, long deadlineNanos) throws InterruptedException;
}
