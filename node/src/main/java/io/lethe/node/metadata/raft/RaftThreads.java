package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.util.concurrent.DefaultFixedThreadsExecutorGroupFactory;
import com.alipay.sofa.jraft.util.concurrent.FixedThreadsExecutorGroup;
import io.lethe.node.base.FaultHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that all groups of a node share, all of the platform: 2 stripes of appends, 2 of
 * their answers, 4 for other requests, 4 for other answers, 1 snapshot reader, up to 4 installs and
 * 4 copies while they run, 1 clock. Each group keeps 5 of the library's own: proposals, log, state
 * machine, and two for read index. An exception that leaves a task halts the process.
 */
final class RaftThreads implements RequestDispatch.Threads, AutoCloseable {
    /** Two: a replica that waits for its disk holds up half of the groups' appends at most. */
    private static final int STRIPES = 2;

    /** The library's limit of appends in flight is 256 per replica. */
    private static final int MOST_QUEUED = 16_384;

    /** Votes wait for the log's sync; more than four at once means a storm. */
    private static final int REQUEST_THREADS = 4;

    /** Installs and copies at a time; the leader tries again. */
    private static final int MOST_INSTALLS = 4;

    private static final int MOST_SNAPSHOT_READS = 64;

    private final FaultHandler faults;
    private final List<ThreadPoolExecutor> pools = new ArrayList<>();
    private final List<ThreadPoolExecutor> stripes = new ArrayList<>();
    private final ThreadPoolExecutor requests;
    private final ThreadPoolExecutor callbacks;
    private final ThreadPoolExecutor snapshotReads;
    private final ThreadPoolExecutor installs;
    private final ThreadPoolExecutor copies;
    private final ScheduledThreadPoolExecutor timer;
    private final FixedThreadsExecutorGroup appendAnswers;

    RaftThreads(FaultHandler faults) {
        this.faults = faults;
        for (int i = 0; i < STRIPES; i++) {
            stripes.add(fixed("raft-append-" + i, 1, MOST_QUEUED));
        }
        requests = fixed("raft-request", REQUEST_THREADS, MOST_QUEUED);
        // Bounded by the calls that the library has in flight.
        callbacks = fixed("raft-answer", REQUEST_THREADS, Integer.MAX_VALUE);
        snapshotReads = fixed("raft-snapshot-read", 1, MOST_SNAPSHOT_READS);
        installs = onDemand("raft-install");
        copies = onDemand("raft-copy");
        timer = new ScheduledThreadPoolExecutor(1, factory("raft-timer"));
        timer.setRemoveOnCancelPolicy(true);
        List<ExecutorService> answers = new ArrayList<>();
        for (int i = 0; i < STRIPES; i++) {
            answers.add(fixed("raft-append-answer-" + i, 1, Integer.MAX_VALUE));
        }
        appendAnswers =
                DefaultFixedThreadsExecutorGroupFactory.INSTANCE.newExecutorGroup(
                        answers.toArray(ExecutorService[]::new));
    }

    private ThreadPoolExecutor fixed(String name, int threads, int mostQueued) {
        return keep(threads, threads, new LinkedBlockingQueue<>(mostQueued), name);
    }

    private ThreadPoolExecutor onDemand(String name) {
        return keep(0, MOST_INSTALLS, new SynchronousQueue<>(), name);
    }

    private ThreadPoolExecutor keep(
            int least, int most, BlockingQueue<Runnable> queue, String name) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(least, most, 10, TimeUnit.SECONDS, queue, factory(name));
        pools.add(pool);
        return pool;
    }

    private ThreadFactory factory(String name) {
        AtomicInteger count = new AtomicInteger();
        return task ->
                Thread.ofPlatform()
                        .name(name + '-' + count.getAndIncrement())
                        .daemon()
                        .uncaughtExceptionHandler(
                                (thread, failure) -> faults.halt(thread.getName(), failure))
                        .unstarted(task);
    }

    @Override
    public int stripes() {
        return STRIPES;
    }

    @Override
    public ThreadPoolExecutor stripe(int number) {
        return stripes.get(number);
    }

    @Override
    public ThreadPoolExecutor requests() {
        return requests;
    }

    @Override
    public ThreadPoolExecutor installs() {
        return installs;
    }

    @Override
    public ThreadPoolExecutor snapshotReads() {
        return snapshotReads;
    }

    ThreadPoolExecutor copies() {
        return copies;
    }

    ThreadPoolExecutor callbacks() {
        return callbacks;
    }

    FixedThreadsExecutorGroup appendAnswers() {
        return appendAnswers;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /** Runs a task after a delay; not at all when the node is closing. */
    void later(Runnable task, long delayMillis) {
        try {
            var _ = timer.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closing: whoever waits is answered by the group's shutdown.
        }
    }

    /** Ends all threads, finishing what runs. */
    @Override
    public void close() {
        timer.shutdownNow();
        pools.forEach(ThreadPoolExecutor::shutdown);
        for (ThreadPoolExecutor pool : pools) {
            try {
                if (!pool.awaitTermination(5, TimeUnit.SECONDS)) {
                    pool.shutdownNow();
                }
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
    }
}
