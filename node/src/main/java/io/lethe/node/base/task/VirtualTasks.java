package io.lethe.node.base.task;

import io.lethe.node.base.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Tasks as virtual threads on the machine's clock. Safe for any thread. */
public final class VirtualTasks implements Tasks {
    private final Clock clock;
    private final Thread.UncaughtExceptionHandler faults;

    public VirtualTasks(Clock clock, Thread.UncaughtExceptionHandler faults) {
        this.clock = clock;
        this.faults = faults;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Task fork(String name, Runnable body) {
        return task(Thread.ofVirtual().name(name).uncaughtExceptionHandler(faults).start(body));
    }

    /** A platform thread, which the machine shares the cores out to. */
    @Override
    public Task forkUrgent(String name, Runnable body) {
        return task(
                Thread.ofPlatform()
                        .daemon()
                        .name(name)
                        .uncaughtExceptionHandler(faults)
                        .start(body));
    }

    private static Task task(Thread thread) {
        return new Task() {
            @Override
            public void cancel() {
                thread.interrupt();
            }

            @Override
            public void join() throws InterruptedException {
                thread.join();
            }
        };
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }

    @Override
    public <T> Promise<T> promise() {
        return new FuturePromise<>(clock);
    }

    @Override
    public Permits permits(int count) {
        Semaphore semaphore = new Semaphore(count, true);
        return new Permits() {
            @Override
            public void acquire() throws InterruptedException {
                semaphore.acquire();
            }

            @Override
            public boolean tryAcquire() {
                return semaphore.tryAcquire();
            }

            @Override
            public void release() {
                semaphore.release();
            }
        };
    }

    private static final class FuturePromise<T> implements Promise<T> {
        private final Clock clock;
        private final CompletableFuture<T> future = new CompletableFuture<>();

        FuturePromise(Clock clock) {
            this.clock = clock;
        }

        @Override
        public boolean complete(T value) {
            return future.complete(value);
        }

        @Override
        public boolean fail(Throwable failure) {
            return future.completeExceptionally(failure);
        }

        @Override
        public boolean isDone() {
            return future.isDone();
        }

        @Override
        public T await(long deadlineNanos) throws InterruptedException, TimeoutException {
            try {
                return future.get(Math.max(0, deadlineNanos - clock.nanos()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException failure -> throw failure;
                    case Error failure -> throw failure;
                    case null, default -> throw new CompletionException(e.getCause());
                }
            }
        }

        @Override
        public void whenDone(BiConsumer<@Nullable T, @Nullable Throwable> callback) {
            var _ = future.whenComplete(callback);
        }
    }
}
