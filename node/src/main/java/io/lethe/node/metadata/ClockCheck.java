package io.lethe.node.metadata;

/**
 * Whether this node's clock agrees with the others' to within a second; a node whose clock is off
 * does not lead (protocols, version order). Safe for any thread.
 */
@FunctionalInterface
public interface ClockCheck {
    boolean trusted();

    /**
     * Whether another node confirms it, and none contradicts: what is asked before the time of a
     * state is raised far, since it never goes back, and locks end by it.
     */
    default boolean confirmed() {
        return trusted();
    }
}
