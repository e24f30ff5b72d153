package io.lethe.node.base.task;

import io.lethe.node.base.Clock;

/**
 * The only way in which the object path, repair and takedown start concurrent work, wait or sleep.
 * In production a task is a virtual thread; in simulation each task has a thread but exactly one
 * runs, and the seed chooses which. Code above this port must not use locks, queues or futures of
 * {@code java.util.concurrent} across a wait.
 */
public interface Tasks {
    Clock clock();

    /**
     * Starts {@code body}; an exception that leaves it goes to the fault handler of the
     * implementation.
     */
    Task fork(String name, Runnable body);

    /**
     * As {@link #fork}, for what must get its turn soon however busy the other tasks keep the
     * cores: tasks are not preempted, and hash for milliseconds at a time. For few: it may be a
     * thread.
     */
    default Task forkUrgent(String name, Runnable body) {
        return fork(name, body);
    }

    /** Sleeps; returns early with {@link InterruptedException} only when the task is cancelled. */
    void sleep(long nanos) throws InterruptedException;

    /** A new result to be waited for, completed at most once, by any thread. */
    <T> Promise<T> promise();

    /** A counting permit with fair order. */
    Permits permits(int count);

    /** A running task. */
    interface Task {
        /** Interrupts the task's wait. */
        void cancel();

        /** Waits until the task has ended. */
        void join() throws InterruptedException;
    }

    /** Counting permits; waiting is the only way they block. */
    interface Permits {
        void acquire() throws InterruptedException;

        boolean tryAcquire();

        void release();
    }
}
