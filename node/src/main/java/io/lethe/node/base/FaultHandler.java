package io.lethe.node.base;

/**
 * What happens when a component may not go on: a broken invariant, a failed sync. In production the
 * process halts at once, so that nothing is answered from a state that memory and disk disagree on;
 * a failed sync is never tried again. Safe for any thread.
 */
@FunctionalInterface
public interface FaultHandler {
    /**
     * Does not return in production. In a test it may; then the caller throws, and does nothing
     * more.
     *
     * @param component what failed, with its group or device
     */
    void halt(String component, Throwable cause);
}
