package io.lethe.node.model;

import java.util.Set;

/**
 * A node as the directory knows it.
 *
 * @param incarnation raised at each start of the process; leases are held by incarnations
 * @param publicKey X25519 public key (X.509 encoding, hex) to which ticket keys are sealed
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
        State state) {
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

    public NodeRecord {
        roles = Set.copyOf(roles);
    }
}
