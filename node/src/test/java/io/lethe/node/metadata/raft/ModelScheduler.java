package io.lethe.node.metadata.raft;

/** Runs the model's steps in one thread, in an order that the simulator's seed decides. */
public interface ModelScheduler {
    /** The simulated monotonic clock. */
    long nanos();

    /** Runs a step after a delay; steps of the same moment in any order that it likes. */
    void after(long delayNanos, Runnable step);
}
