package io.lethe.node.base.task;

import io.lethe.node.base.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tasks for unit tests: time stands still until {@link #runFor} moves it, exactly one task runs at
 * a time, in the order in which they became ready. The test's own thread drives, and may call
 * {@link Promise#complete} between runs; it must not wait for a promise that is still open.
 */
public final class ManualTasks implements Tasks {
    /** Ends a test whose tasks never wait. */
    private static final int MOST_TURNS = 100_000;

    private final List<ManualTask> waiting = new ArrayList<>();
    private final Deque<ManualTask> ready = new ArrayDeque<>();
    private final List<Throwable> faults = new ArrayList<>();
    private final Semaphore driver = new Semaphore(0);
    private @Nullable ManualTask current;
    private long nowNanos;

    @Override
    public Clock clock() {
        return new Clock() {
            @Override
            public long wallMillis() {
                return nowNanos / 1_000_000;
            }

            @Override
            public long nanos() {
                return nowNanos;
            }
        };
    }

    /** What left tasks' bodies. */
    public List<Throwable> faults() {
        return faults;
    }

    /** Runs every task that can run until time has moved by this much. */
    public void runFor(long nanos) {
        long endNanos = nowNanos + nanos;
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            admit();
            ManualTask next = ready.poll();
            if (next != null) {
                give(next);
            } else if (!moveTime(endNanos)) {
                nowNanos = endNanos;
                return;
            }
        }
        throw new AssertionError("tasks took more than " + MOST_TURNS + " turns without a wait");
    }

    /** Lets time pass inside a task, as if its work took that long. */
    public void spend(long nanos) {
        nowNanos += nanos;
    }

    @Override
    public Task fork(String name, Runnable body) {
        ManualTask task = new ManualTask(name, body);
        ready.add(task);
        task.thread.start();
        return task;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        block(() -> false, nowNanos + nanos);
    }

    @Override
    public <T> Promise<T> promise() {
        return new ManualPromise<>();
    }

    @Override
    public Permits permits(int count) {
        return new Permits() {
            private final Deque<Object> line = new ArrayDeque<>();
            private int left = count;

            @Override
            public void acquire() throws InterruptedException {
                if (tryAcquire()) {
                    return;
                }
                Object self = new Object();
                line.add(self);
                try {
                    while (left == 0 || !self.equals(line.peek())) {
                        block(() -> left > 0 && self.equals(line.peek()), Long.MAX_VALUE);
                    }
                    left--;
                } finally {
                    line.remove(self);
                }
            }

            @Override
            public boolean tryAcquire() {
                if (left == 0 || !line.isEmpty()) {
                    return false;
                }
                left--;
                return true;
            }

            @Override
            public void release() {
                left++;
            }
        };
    }

    /** Waits inside a task; from the test's thread it runs the others meanwhile. */
    private void block(BooleanSupplier until, long deadlineNanos) throws InterruptedException {
        ManualTask task = current;
        if (task == null || !Thread.currentThread().equals(task.thread)) {
            while (!until.getAsBoolean() && nowNanos < deadlineNanos) {
                runFor(Math.min(1_000_000, deadlineNanos - nowNanos));
            }
            return;
        }
        task.until = until;
        task.wakeNanos = deadlineNanos;
        waiting.add(task);
        driver.release();
        task.turn.acquireUninterruptibly();
        if (task.cancelled) {
            task.cancelled = false;
            throw new InterruptedException("cancelled");
        }
    }

    private void admit() {
        for (ManualTask task : List.copyOf(waiting)) {
            if (task.cancelled || task.until.getAsBoolean() || task.wakeNanos <= nowNanos) {
                waiting.remove(task);
                ready.add(task);
            }
        }
    }

    private boolean moveTime(long endNanos) {
        long next =
                waiting.stream()
                        .map(task -> task.wakeNanos)
                        .min(Comparator.naturalOrder())
                        .orElse(Long.MAX_VALUE);
        if (next > endNanos) {
            return false;
        }
        nowNanos = Math.max(nowNanos, next);
        return true;
    }

    private void give(ManualTask task) {
        current = task;
        task.turn.release();
        driver.acquireUninterruptibly();
        current = null;
    }

    private final class ManualTask implements Task {
        private final Thread thread;
        private final Semaphore turn = new Semaphore(0);
        private BooleanSupplier until = () -> true;
        private long wakeNanos;
        private volatile boolean cancelled;
        private volatile boolean over;

        ManualTask(String name, Runnable body) {
            this.thread =
                    Thread.ofVirtual()
                            .name(name)
                            .unstarted(
                                    () -> {
                                        turn.acquireUninterruptibly();
                                        try {
                                            body.run();
                                        } catch (Throwable e) {
                                            faults.add(e);
                                        }
                                        over = true;
                                        driver.release();
                                    });
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public void join() throws InterruptedException {
            block(() -> over, Long.MAX_VALUE);
        }
    }

    private final class ManualPromise<T> extends OnePromise<T> {
        @Override
        public T await(long deadlineNanos) throws InterruptedException, TimeoutException {
            block(this::isDone, deadlineNanos);
            if (!isDone()) {
                throw new TimeoutException();
            }
            return outcome();
        }
    }
}
