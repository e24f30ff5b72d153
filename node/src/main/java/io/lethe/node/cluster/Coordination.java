package io.lethe.node.cluster;

import io.lethe.node.model.NodeId;
import java.util.Map;
import java.util.Optional;

/**
 * The coordination service. Calls never block for longer than a few seconds; what is read comes
 * from a local cache that follows the service. Losing it stops membership changes and elections,
 * nothing else.
 */
public interface Coordination extends AutoCloseable {
    /** Whether the session is alive; while it isn't, {@link #nodes} is what was last known. */
    boolean connected();

    /**
     * Registers this node, now and again after every lost session, until closed; calling it again
     * replaces what is said.
     */
    void register(Registration registration);

    /** Everybody who is registered. */
    Map<NodeId, Registration> nodes();

    /** Takes part in the election of the controller until closed. */
    void campaign();

    /** This node's controller epoch while it is the elected controller. */
    Optional<Long> controllerEpoch();

    /** Who is the controller, as far as is known: for operators. */
    Optional<NodeId> controller();

    Optional<DirectoryVoters> directoryVoters();

    /** Writes the first voters; false when somebody was faster. */
    boolean createDirectoryVoters(DirectoryVoters voters);

    /**
     * Replaces the voters, for the elected controller: refused when they are not {@code before} any
     * more, or when another controller was elected.
     *
     * @throws io.lethe.node.model.StoreException UNAVAILABLE when refused, or out of reach
     */
    void updateDirectoryVoters(DirectoryVoters before, DirectoryVoters next);

    /**
     * The feature level that a controller told last, asked of the service itself; empty before the
     * first, or out of reach.
     */
    Optional<Integer> featureLevel();

    /**
     * Tells the feature level in force, for the elected controller: refused when another one was
     * elected.
     *
     * @throws io.lethe.node.model.StoreException UNAVAILABLE when refused, or out of reach
     */
    void tellFeatureLevel(int level);

    /** Calls back after any change of the above, from a thread that must not be blocked. */
    void onChange(Runnable listener);

    @Override
    void close();
}
