package io.lethe.node.chunk;

import io.lethe.node.base.Check;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The platform threads on which one device is used: a fixed number, with a bounded queue before
 * them. What does not fit is refused as OVERLOADED at once. Safe for any thread; never interrupts
 * its threads, since that would close data files under them.
 */
public final class DevicePool implements Executor, AutoCloseable {
    /**
     * Threads per device: chunks that can wait for one fdatasync together. A thread costs little
     * where it waits.
     */
    public static final int THREADS = 32;

    /** Calls waiting per device: a quarter of a second's worth for a disk of 1,000 syncs/s. */
    public static final int MOST_QUEUED = 1024;

    /** A closing pool waits for calls that run: longer than any call on a disk that works. */
    private static final long CLOSE_SECONDS = 30;

    private final String name;
    private final int mostQueued;
    private final Tasks tasks;
    private final ThreadPoolExecutor threads;
    private final LongAdder rejected = new LongAdder();
    private final DiskLoad load;

    public DevicePool(String name, int threadCount, int mostQueued, Tasks tasks) {
        Check.range("device threads", threadCount, 1, 1024);
        Check.range("device queue", mostQueued, 1, 1 << 20);
        this.name = name;
        this.mostQueued = mostQueued;
        this.tasks = tasks;
        load = new DiskLoad(tasks.clock());
        this.threads =
                new ThreadPoolExecutor(
                        threadCount,
                        threadCount,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(mostQueued),
                        Thread.ofPlatform().name(name + "-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs {@code call} of this node's own work on a thread of the device. The promise fails with
     * what the call threw, with OVERLOADED when the queue is full, with UNAVAILABLE when the pool
     * is closed.
     */
    public <T> Promise<T> submit(Callable<T> call) {
        Promise<T> promise = tasks.promise();
        try {
            threads.execute(() -> run(call, promise));
        } catch (RejectedExecutionException e) {
            rejected.increment();
            boolean _ = promise.fail(refusal(e));
        }
        return promise;
    }

    /**
     * Runs {@code work} of the foreground, which is what comes over the data plane, on a thread of
     * the device; it must not throw.
     *
     * @throws RejectedExecutionException when the queue is full or the pool is closed
     */
    @Override
    public void execute(Runnable work) {
        load.entered();
        boolean taken = false;
        try {
            threads.execute(() -> foreground(work));
            taken = true;
        } catch (RejectedExecutionException e) {
            rejected.increment();
            throw e;
        } finally {
            if (!taken) {
                load.left();
            }
        }
    }

    /**
     * Runs {@code work} of the background, as {@link #execute} does that of the foreground, for
     * which the second half of the queue is left.
     *
     * @throws RejectedExecutionException when the queue is half full or the pool is closed
     */
    public void executeInBackground(Runnable work) {
        if (queued() >= mostQueued / 2) {
            rejected.increment();
            throw new RejectedExecutionException(name + " has too much to do");
        }
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            rejected.increment();
            throw e;
        }
    }

    private void foreground(Runnable work) {
        try {
            work.run();
        } finally {
            load.left();
        }
    }

    /** How busy {@link #execute} keeps the device. */
    public DiskLoad load() {
        return load;
    }

    // A thread's root: whatever a call throws belongs to who asked for it.
    private static <T> void run(Callable<T> call, Promise<T> promise) {
        try {
            boolean _ = promise.complete(call.call());
        } catch (Throwable e) {
            boolean _ = promise.fail(e);
        }
    }

    private StoreException refusal(RejectedExecutionException cause) {
        if (threads.isShutdown()) {
            return new StoreException(ErrorCode.UNAVAILABLE, name + " is closed", cause);
        }
        return new StoreException(
                ErrorCode.OVERLOADED, name + " has too many calls waiting; try again", cause);
    }

    public int queued() {
        return threads.getQueue().size();
    }

    public int active() {
        return threads.getActiveCount();
    }

    public long rejected() {
        return rejected.sum();
    }

    /** Takes nothing more and waits for what was taken, for at most half a minute. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            boolean _ = threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
