package io.lethe.node.metadata;

import io.lethe.node.base.Check;
import io.lethe.node.base.metrics.Latency;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * A fixed number of platform threads with a bounded queue, for all groups of a node. Owns the
 * threads. Safe for any thread.
 */
public final class TableThreads implements TableCalls, AutoCloseable {
    /** Reads that wait: at 10 µs each about 20 ms of work for two threads. */
    public static final int MOST_QUEUED = 4096;

    private static final int MOST_THREADS = 64;

    private final Tasks tasks;
    private final ThreadPoolExecutor threads;
    private final LongAdder rejected = new LongAdder();
    private final Latency.Series waits;

    public TableThreads(Tasks tasks, int threadCount, Metrics metrics) {
        Check.range("table threads", threadCount, 1, MOST_THREADS);
        this.tasks = tasks;
        AtomicInteger number = new AtomicInteger();
        threads =
                new ThreadPoolExecutor(
                        threadCount,
                        threadCount,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_QUEUED),
                        body ->
                                Thread.ofPlatform()
                                        .name("table-" + number.incrementAndGet())
                                        .daemon()
                                        .unstarted(body));
        waits =
                metrics.latency("lethe_table_wait_seconds", "Reads' wait for a thread of tables.")
                        .series();
        metrics.gauge("lethe_table_reads_queued", "Reads of tables that wait for a thread.")
                .watch(() -> threads.getQueue().size());
        metrics.counter("lethe_table_reads_rejected", "Reads of tables refused: queue full.")
                .watch(rejected::sum);
    }

    @Override
    public <T> Promise<T> submit(Supplier<T> call) {
        Promise<T> promise = tasks.promise();
        try {
            long since = tasks.clock().nanos();
            threads.execute(
                    () -> {
                        waits.observeNanos(tasks.clock().nanos() - since);
                        run(call, promise);
                    });
        } catch (RejectedExecutionException e) {
            rejected.increment();
            promise.fail(
                    new StoreException(
                            ErrorCode.OVERLOADED, "too many metadata reads wait; try again"));
        }
        return promise;
    }

    private static <T> void run(Supplier<T> call, Promise<T> promise) {
        try {
            promise.complete(call.get());
        } catch (RuntimeException | Error e) {
            // The thread's root: whoever waits gets the failure.
            promise.fail(e);
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            boolean ended = threads.awaitTermination(10, TimeUnit.SECONDS);
            Check.that(ended, "reads of tables end within ten seconds");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
