package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The proposals of one replica that are not answered yet: bounded in bytes and number, and answered
 * as unknown after {@code timeoutNanos}. Safe for any thread.
 */
final class Proposals {
    /** Well below the library's ring of 4096, so that it never refuses. */
    static final int MOST_PROPOSALS = 2048;

    /** Said by the library only where it has not appended; other refusals may come after. */
    private static final String NEVER_APPENDED = "Is not leader.";

    private static final String HANDING_OVER = "Is transferring leadership.";

    private final Clock clock;
    private final long mostBytes;
    private final long timeoutNanos;
    private final Supplier<@Nullable RaftPeer> leader;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong count = new AtomicLong();
    private final LongAdder rejected = new LongAdder();
    private final Queue<Proposal> inOrder = new ConcurrentLinkedQueue<>();

    Proposals(Clock clock, long mostBytes, long timeoutNanos, Supplier<@Nullable RaftPeer> leader) {
        this.clock = clock;
        this.mostBytes = mostBytes;
        this.timeoutNanos = timeoutNanos;
        this.leader = leader;
    }

    /** One proposal, and the library's callback for it. */
    final class Proposal implements Closure {
        private final Promise<ProposeResult> promise;
        private final long size;
        private final long deadlineNanos;
        private final AtomicLong held;

        private Proposal(Promise<ProposeResult> promise, long size) {
            this.promise = promise;
            this.size = size;
            this.deadlineNanos = clock.nanos() + timeoutNanos;
            this.held = new AtomicLong(size);
        }

        /** On the state-machine thread: the command has applied here. */
        void applied(long index, byte[] reply) {
            release();
            promise.complete(new ProposeResult.Applied(index, reply));
        }

        /** The library gives up on it. */
        @Override
        public void run(Status status) {
            release();
            promise.complete(result(status));
        }

        private ProposeResult result(Status status) {
            if (status.getRaftError() == RaftError.EPERM
                    && NEVER_APPENDED.equals(status.getErrorMsg())) {
                return new ProposeResult.NotLeader(leader.get());
            }
            if (status.getRaftError() == RaftError.EBUSY) {
                // The library says busy only before it appends.
                if (HANDING_OVER.equals(status.getErrorMsg())) {
                    return new ProposeResult.NotLeader(null);
                }
                return new ProposeResult.Overloaded();
            }
            return new ProposeResult.OutcomeUnknown(
                    status.getErrorMsg() == null ? "shut down" : status.getErrorMsg());
        }

        private void release() {
            if (held.getAndSet(0) == size) {
                bytes.addAndGet(-size);
                count.decrementAndGet();
            }
        }
    }

    /** Null: no room, and counted as rejected. */
    @Nullable Proposal admit(Promise<ProposeResult> promise, byte[] command) {
        long size = command.length + 1L;
        if (count.incrementAndGet() > MOST_PROPOSALS) {
            count.decrementAndGet();
            rejected.increment();
            return null;
        }
        if (bytes.addAndGet(size) > mostBytes && bytes.get() > size) {
            bytes.addAndGet(-size);
            count.decrementAndGet();
            rejected.increment();
            return null;
        }
        Proposal proposal = new Proposal(promise, size);
        inOrder.add(proposal);
        return proposal;
    }

    /** Answers what has waited too long. Its bytes stay counted until the library lets go. */
    void expire() {
        long now = clock.nanos();
        for (Proposal first = inOrder.peek(); first != null; first = inOrder.peek()) {
            if (!first.promise.isDone()) {
                if (first.deadlineNanos - now > 0) {
                    return;
                }
                first.promise.complete(new ProposeResult.OutcomeUnknown("no quorum in time"));
            }
            inOrder.poll();
        }
    }

    /** Answers everything that still waits: the replica has stopped. */
    void abandon() {
        for (Proposal one = inOrder.poll(); one != null; one = inOrder.poll()) {
            one.promise.complete(new ProposeResult.OutcomeUnknown("the replica was shut down"));
        }
    }

    long bytes() {
        return bytes.get();
    }

    long rejected() {
        return rejected.sum();
    }
}
