package io.lethe.client;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs tasks later: on one daemon thread in production, at once and recorded in tests. */
interface Timer extends AutoCloseable {
    /** Runs {@code task} after the delay; the result cancels it. */
    Runnable after(long delayNanos, Runnable task);

    @Override
    void close();

    /** Real time. Tasks must be short. */
    static Timer real() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "lethe-client-timer");
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.setRemoveOnCancelPolicy(true);
        return new Timer() {
            @Override
            public Runnable after(long delayNanos, Runnable task) {
                ScheduledFuture<?> scheduled =
                        executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            }

            @Override
            public void close() {
                executor.shutdownNow();
            }
        };
    }
}
