package io.lethe.node.base.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Does numbered pieces of work in a few tasks at once. Stateless. */
public final class SideBySide {
    private SideBySide() {}

    /** A piece of work. */
    public interface Piece {
        void run(int index) throws InterruptedException;
    }

    /**
     * Returns when all pieces are done, which are begun in order.
     *
     * @param lanes tasks at once
     * @throws RuntimeException what the first piece that failed threw; pieces that had not begun by
     *     then are left out
     * @throws InterruptedException when the caller was cancelled; its tasks are, too
     */
    public static void run(Tasks tasks, String name, int lanes, int pieces, Piece work)
            throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        List<Tasks.Task> running = new ArrayList<>();
        for (int lane = 0; lane < Math.min(lanes, pieces); lane++) {
            running.add(tasks.fork(name, () -> lane(next, pieces, work, failure)));
        }
        try {
            for (Tasks.Task lane : running) {
                lane.join();
            }
        } catch (InterruptedException e) {
            running.forEach(Tasks.Task::cancel);
            throw e;
        }
        RuntimeException first = failure.get();
        if (first != null) {
            throw first;
        }
    }

    private static void lane(
            AtomicInteger next,
            int pieces,
            Piece work,
            AtomicReference<@Nullable RuntimeException> failure) {
        try {
            for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
                work.run(i);
            }
        } catch (RuntimeException e) {
            next.set(pieces);
            boolean _ = failure.compareAndSet(null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Cancelled: who waits for it is, too.
        }
    }
}
