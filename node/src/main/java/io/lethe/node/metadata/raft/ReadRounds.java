package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.raft.ReplicatedLog.ReadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Joins read-index calls into rounds: all that waited when a round began share it; at most one
 * round is under way. A round that fails is tried again until its calls' deadlines. Safe for any
 * thread.
 */
final class ReadRounds {
    /** More readers than a node admits requests. */
    private static final int MOST_WAITING = 100_000;

    /** 20 ms: a fraction of an election, so that readers go on soon after one. */
    private static final long RETRY_MILLIS = 20;

    /** Asks a quorum; calls back once, on any thread. */
    interface Round {
        void begin(Outcome outcome);
    }

    /** What became of a round. */
    interface Outcome {
        void ready(long index);

        void failed(String reason);
    }

    /** Runs a task after a delay. */
    interface Later {
        void run(Runnable task, long delayMillis);
    }

    private record Reader(Promise<ReadResult> promise, long deadlineNanos) {}

    private final Clock clock;
    private final Round round;
    private final Later later;
    private final LongAdder rounds = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private List<Reader> waiting = new ArrayList<>();
    private boolean underWay;
    private boolean closed;

    ReadRounds(Clock clock, Round round, Later later) {
        this.clock = clock;
        this.round = round;
        this.later = later;
    }

    void read(Promise<ReadResult> promise, long deadlineNanos) {
        synchronized (this) {
            if (closed || waiting.size() >= MOST_WAITING) {
                rejected.increment();
                promise.complete(new ReadResult.Unavailable(closed ? "shut down" : "overloaded"));
                return;
            }
            waiting.add(new Reader(promise, deadlineNanos));
        }
        next();
    }

    private void next() {
        List<Reader> joined;
        synchronized (this) {
            if (underWay || waiting.isEmpty()) {
                return;
            }
            underWay = true;
            joined = waiting;
            waiting = new ArrayList<>();
        }
        rounds.increment();
        round.begin(
                new Outcome() {
                    @Override
                    public void ready(long index) {
                        for (Reader reader : joined) {
                            reader.promise().complete(new ReadResult.Ready(index));
                        }
                        ended();
                    }

                    @Override
                    public void failed(String reason) {
                        retry(joined, reason);
                    }
                });
    }

    private synchronized void finish() {
        underWay = false;
    }

    private void ended() {
        finish();
        next();
    }

    private void retry(List<Reader> joined, String reason) {
        long now = clock.nanos();
        List<Reader> alive = new ArrayList<>();
        for (Reader reader : joined) {
            if (reader.deadlineNanos() - now > 0) {
                alive.add(reader);
            } else {
                reader.promise().complete(new ReadResult.Unavailable(reason));
            }
        }
        boolean stopped;
        synchronized (this) {
            stopped = closed;
            if (!stopped) {
                waiting.addAll(alive);
            }
        }
        if (stopped) {
            alive.forEach(r -> r.promise().complete(new ReadResult.Unavailable("shut down")));
        }
        later.run(this::ended, RETRY_MILLIS);
    }

    /** Answers readers whose deadline has passed while a round is stuck. */
    void expire() {
        List<Reader> late = new ArrayList<>();
        synchronized (this) {
            long now = clock.nanos();
            waiting.removeIf(
                    reader -> {
                        boolean over = reader.deadlineNanos() - now <= 0;
                        if (over) {
                            late.add(reader);
                        }
                        return over;
                    });
        }
        late.forEach(r -> r.promise().complete(new ReadResult.Unavailable("no quorum in time")));
    }

    void close() {
        List<Reader> left;
        synchronized (this) {
            closed = true;
            left = waiting;
            waiting = new ArrayList<>();
        }
        left.forEach(r -> r.promise().complete(new ReadResult.Unavailable("shut down")));
    }

    /** Rounds begun so far. */
    long rounds() {
        return rounds.sum();
    }

    long rejected() {
        return rejected.sum();
    }
}
