package io.lethe.node.repair;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.MemoryBudget;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that are under way to one device, of all its groups: so many at once, in so much
 * memory, and no quicker than its pace. Safe for several tasks.
 */
final class MendLanes {
    /** Chunks at once, of all groups: hides the way to the disks and back where they are small. */
    static final int MOST = 64;

    private final Tasks tasks;
    private final MemoryBudget memory;
    private final Tasks.Permits free;

    /**
     * @param memory of chunks under way, of all devices of the node together
     */
    MendLanes(Tasks tasks, MemoryBudget memory) {
        this.tasks = tasks;
        this.memory = memory;
        free = tasks.permits(MOST);
    }

    /** What a lane does; false where a chunk is needed and can't be had now. */
    interface Work {
        boolean run() throws InterruptedException;
    }

    /** One chunk under way. */
    private record Lane(Tasks.Task task, Promise<Boolean> done) {}

    /** Chunks that one task has under way. One task. */
    final class Round {
        private final String name;
        private final Deque<Lane> underWay = new ArrayDeque<>();
        private int waiting;
        private @Nullable StoreException failure;

        Round(String name) {
            this.name = name;
        }

        /**
         * Begins with a chunk as soon as a lane and its memory are free.
         *
         * @param memoryBytes held meanwhile
         */
        void begin(long memoryBytes, Work work) throws InterruptedException {
            settleFirst();
            free.acquire();
            boolean begun = false;
            try {
                MemoryBudget.Share share = memory.take(memoryBytes);
                Promise<Boolean> done = tasks.promise();
                Tasks.Task task =
                        tasks.fork(
                                name,
                                () -> {
                                    try (share) {
                                        done.complete(work.run());
                                    } catch (InterruptedException e) {
                                        done.complete(false);
                                    } catch (RuntimeException e) {
                                        // The task's root: it belongs to who waits.
                                        done.fail(e);
                                    } finally {
                                        free.release();
                                    }
                                });
                begun = true;
                underWay.add(new Lane(task, done));
            } finally {
                if (!begun) {
                    free.release();
                }
            }
        }

        private void settleFirst() throws InterruptedException {
            Lane first = underWay.peek();
            while (first != null && first.done().isDone()) {
                settle(underWay.remove());
                first = underWay.peek();
            }
        }

        private void settle(Lane lane) throws InterruptedException {
            try {
                // Each call within has a deadline of its own.
                waiting += lane.done().await(Long.MAX_VALUE) ? 0 : 1;
            } catch (StoreException e) {
                waiting++;
                failure = e;
            } catch (TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Waits for all that was begun. */
        void join() throws InterruptedException {
            boolean whole = false;
            try {
                while (!underWay.isEmpty()) {
                    settle(underWay.peek());
                    underWay.remove();
                }
                whole = true;
            } finally {
                if (!whole) {
                    abandon();
                }
            }
        }

        /** The node stops: what is under way must not outlive what it stands on. */
        void abandon() throws InterruptedException {
            underWay.forEach(lane -> lane.task().cancel());
            while (!underWay.isEmpty()) {
                underWay.remove().task().join();
            }
        }

        /** A chunk that can't be had now. */
        void missed(StoreException why) {
            waiting++;
            failure = why;
        }

        /** How many chunks could not be had. */
        int waiting() {
            return waiting;
        }

        /** Why the last of them could not; null where nobody said. */
        @Nullable StoreException failure() {
            return failure;
        }
    }
}
