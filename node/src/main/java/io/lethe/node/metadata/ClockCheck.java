package io.lethe.node.metadata;

/**
 * Whether this node's clock agrees with the others' to within a second; a node whose clock is off
 * does not lead (protocols, version order). Safe for any thread.
 */
@FunctionalInterface
public interface ClockCheck {
    boolean trusted();
}
