package io.lethe.node.chunk;

import io.lethe.node.base.Check;
import io.lethe.node.base.background.Pace;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * The platform threads on which one device is used: a fixed number, with a bounded queue before
 * them. What does not fit is refused as OVERLOADED at once. Safe for any thread; never interrupts
 * its threads, since that would close data files under them.
 *
 * <p>What others ask for as work in the background (repair, above all) moves no more bytes than a
 * share of what the foreground leaves free of the device ({@link DiskLoad}), reading and writing
 * together, but at least {@link #FLOOR_BYTES_PER_SECOND}, so that it ends on the busiest device
 * too. It waits for that before it takes a thread.
 */
public final class DevicePool implements Executor, AutoCloseable {
    /**
     * Threads per device: chunks that can wait for one fdatasync together. A thread costs little
     * where it waits.
     */
    public static final int THREADS = 32;

    /** Calls waiting per device: a quarter of a second's worth for a disk of 1,000 syncs/s. */
    public static final int MOST_QUEUED = 1024;

    /** On a device that is never idle. 1 TB takes a day and a half at this rate. */
    public static final long FLOOR_BYTES_PER_SECOND = 8L << 20;

    /** Where nobody has said otherwise: as much again stays free for requests that come. */
    public static final int USUAL_SHARE_PERCENT = 50;

    /** Saved up at most while nothing was asked for: a large chunk. */
    private static final long BURST_BYTES = 16 << 20;

    /** Calls of the background that wait for their turn: 8 s of frames at the floor. */
    static final int MOST_PACED = 256;

    /** How long a rate stands: the foreground's share is that of ten seconds. */
    private static final long TUNED_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Before a full queue is tried again for what has waited already. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A closing pool waits for calls that run: longer than any call on a disk that works. */
    private static final long CLOSE_SECONDS = 30;

    private final String name;
    private final int mostQueued;
    private final Tasks tasks;
    private final ThreadPoolExecutor threads;
    private final LongAdder rejected = new LongAdder();
    private final LongConsumer waited;
    private final DiskLoad load;
    private final int sharePercent;
    private final Pace pace;
    private final AtomicLong tunedNanos;
    private final AtomicInteger paced = new AtomicInteger();

    /** With the usual share for the background. */
    public DevicePool(String name, int threadCount, int mostQueued, Tasks tasks) {
        this(name, threadCount, mostQueued, tasks, USUAL_SHARE_PERCENT, _ -> {});
    }

    /**
     * @param sharePercent of what the foreground leaves free for work in the background, 1 to 100
     * @param waited hears of each call of the foreground how long it waited for a thread,
     *     nanoseconds
     */
    public DevicePool(
            String name,
            int threadCount,
            int mostQueued,
            Tasks tasks,
            int sharePercent,
            LongConsumer waited) {
        Check.range("share of the background", sharePercent, 1, 100);
        Check.range("device threads", threadCount, 1, 1024);
        Check.range("device queue", mostQueued, 1, 1 << 20);
        this.name = name;
        this.mostQueued = mostQueued;
        this.tasks = tasks;
        this.waited = waited;
        this.sharePercent = sharePercent;
        load = new DiskLoad(tasks.clock());
        pace = new Pace(tasks, FLOOR_BYTES_PER_SECOND, BURST_BYTES);
        tunedNanos = new AtomicLong(tasks.clock().nanos() - TUNED_EVERY_NANOS);
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
            long since = tasks.clock().nanos();
            threads.execute(() -> foreground(work, since));
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
     * which the second half of the queue is left; at once where it moves no bytes, else when it is
     * its turn.
     *
     * @param bytes that it moves to or from the disk
     * @param dropped run instead, on some thread, when the pool is closed before it is its turn
     * @throws RejectedExecutionException when the queue is half full, too much waits for its turn,
     *     or the pool is closed
     */
    public void executeInBackground(long bytes, Runnable work, Runnable dropped) {
        tune();
        if (bytes == 0 || pace.tryTake(bytes)) {
            handBackground(bytes, work);
            return;
        }
        if (paced.incrementAndGet() > MOST_PACED) {
            paced.decrementAndGet();
            throw tooMuch();
        }
        tasks.fork(name + "-paced", () -> inTurn(bytes, work, dropped));
    }

    private void tune() {
        long now = tasks.clock().nanos();
        long last = tunedNanos.get();
        if (now - last >= TUNED_EVERY_NANOS && tunedNanos.compareAndSet(last, now)) {
            pace.set(load.allowance(sharePercent, FLOOR_BYTES_PER_SECOND));
        }
    }

    /** What the background may move now. */
    public long backgroundBytesPerSecond() {
        tune();
        return pace.bytesPerSecond();
    }

    private void inTurn(long bytes, Runnable work, Runnable dropped) {
        try {
            pace.take(bytes);
            boolean handed = handed(bytes, work);
            while (!handed && !closed()) {
                tasks.sleep(RETRY_NANOS);
                handed = handed(bytes, work);
            }
            if (!handed) {
                dropped.run();
            }
        } catch (InterruptedException e) {
            // Nobody cancels it; and who waits for it has a deadline.
        } finally {
            paced.decrementAndGet();
        }
    }

    private boolean handed(long bytes, Runnable work) {
        try {
            handBackground(bytes, work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private RejectedExecutionException tooMuch() {
        rejected.increment();
        return new RejectedExecutionException(name + " has too much to do");
    }

    private void handBackground(long bytes, Runnable work) {
        if (queued() >= mostQueued / 2) {
            throw tooMuch();
        }
        try {
            threads.execute(() -> background(bytes, work));
        } catch (RejectedExecutionException e) {
            rejected.increment();
            throw e;
        }
    }

    private void foreground(Runnable work, long since) {
        try {
            waited.accept(tasks.clock().nanos() - since);
            work.run();
        } finally {
            load.left();
        }
    }

    private void background(long bytes, Runnable work) {
        load.began();
        try {
            work.run();
        } finally {
            load.ended(bytes);
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
        if (closed()) {
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

    /** Whether it takes nothing any more. */
    public boolean closed() {
        return threads.isShutdown();
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
