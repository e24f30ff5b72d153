package io.lethe.node.base.background;

/**
 * Work that goes on in the background, one bounded step after the other: scrub, repair, reclaim,
 * reports. {@link Workers} calls it from a single task, never twice at once.
 */
public interface Worker {
    /** Short and unique in the node, e.g. {@code reclaim/3}: shown to operators. */
    String name();

    /**
     * Does one bounded piece of work. An unchecked exception counts as {@link Step.Failed} with its
     * message, except a broken invariant, which ends the worker and goes to the fault handler.
     *
     * @throws InterruptedException when it was told to stop while it waited
     */
    Step step() throws InterruptedException;
}
