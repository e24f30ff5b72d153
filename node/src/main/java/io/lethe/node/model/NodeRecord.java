package io.lethe.node.model;

import java.util.Set;

/**
 * A node as the directory knows it.
 *
 * @param incarnation raised at each start of the process; leases are held by incarnations
 * @param publicKey X25519 public key (X.509 encoding, hex) to which ticket keys are sealed
 * @param standing an operator's word; what the controller reports changes nothing of it
 * @param build that it ran when it last registered
 */
public record NodeRecord(
        NodeId id,
        long incarnation,
        String host,
        int dataPort,
        int rpcPort,
        int consolePort,
        int s3Port,
        String rack,
        Set<Role> roles,
        String publicKey,
        State state,
        Standing standing,
        Build build) {
    /** What a node does. */
    public enum Role {
        GATEWAY,
        METADATA,
        STORAGE
    }

    /** Soft: set by the controller from ZooKeeper registrations. */
    public enum State {
        UP,
        DOWN
    }

    /** Whether it is to belong to the cluster. */
    public enum Standing {
        STAYS,
        /** Its chunks and replicas are to be moved off. */
        LEAVING,
        /** Taken out for good: comes back only empty, under a new id. */
        REMOVED
    }

    public NodeRecord {
        roles = Set.copyOf(roles);
    }

    /** One that stays, and runs what this node runs. */
    public NodeRecord(
            NodeId id,
            long incarnation,
            String host,
            int dataPort,
            int rpcPort,
            int consolePort,
            int s3Port,
            String rack,
            Set<Role> roles,
            String publicKey,
            State state) {
        this(
                id,
                incarnation,
                host,
                dataPort,
                rpcPort,
                consolePort,
                s3Port,
                rack,
                roles,
                publicKey,
                state,
                Standing.STAYS,
                Build.own());
    }

    public boolean removed() {
        return standing == Standing.REMOVED;
    }

    public NodeRecord withState(State now) {
        return with(now, standing, build);
    }

    public NodeRecord withStanding(Standing now) {
        return with(state, now, build);
    }

    public NodeRecord withBuild(Build now) {
        return with(state, standing, now);
    }

    private NodeRecord with(State newState, Standing newStanding, Build newBuild) {
        return new NodeRecord(
                id,
                incarnation,
                host,
                dataPort,
                rpcPort,
                consolePort,
                s3Port,
                rack,
                roles,
                publicKey,
                newState,
                newStanding,
                newBuild);
    }
}
