package io.lethe.node.metadata;

import io.lethe.node.base.Check;
import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ChangeResult;
import io.lethe.node.model.GroupId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes a snapshot of a group now and then, on every replica, so that its log can be cut. A
 * snapshot is cheap (files are linked), but flushes the table. One task at a time.
 */
public final class SnapshotWorker implements Worker {
    /**
     * When a snapshot is due: whichever comes first.
     *
     * @param bytes of entries since the last one: what the log keeps, twice over
     * @param nanos since the last one, where there are new entries
     */
    public record Policy(long bytes, long nanos) {
        public Policy {
            Check.range("snapshot bytes", bytes, 1 << 10, 1L << 36);
            Check.range("snapshot nanos", nanos, 1, TimeUnit.DAYS.toNanos(7));
        }

        /** 128 MiB, half an hour. */
        public static Policy standard() {
            return new Policy(128L << 20, TimeUnit.MINUTES.toNanos(30));
        }
    }

    /** A flush of what was applied since, and links: seconds on a slow disk. */
    private static final long MOST_SNAPSHOT_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final GroupId group;
    private final ReplicatedLog log;
    private final GroupState state;
    private final Clock clock;
    private final Policy policy;
    private long lastBytes;
    private long lastIndex;
    private long lastNanos;

    public SnapshotWorker(
            GroupId group, ReplicatedLog log, GroupState state, Clock clock, Policy policy) {
        this.group = group;
        this.log = log;
        this.state = state;
        this.clock = clock;
        this.policy = policy;
        lastNanos = clock.nanos();
        lastIndex = log.figures().snapshotIndex();
    }

    @Override
    public String name() {
        return "snapshot/" + group;
    }

    @Override
    public Step step() throws InterruptedException {
        long now = clock.nanos();
        long bytes = state.appliedBytes();
        long index = state.appliedIndex();
        boolean due =
                bytes - lastBytes >= policy.bytes()
                        || (index > lastIndex && now - lastNanos >= policy.nanos());
        if (due && state.keepsLog()) {
            return new Step.Idle("waits until the child of a split is durable");
        }
        if (!due) {
            return new Step.Idle((bytes - lastBytes) + " bytes of log since the last");
        }
        try {
            ChangeResult result = log.snapshot().await(now + MOST_SNAPSHOT_NANOS);
            return switch (result) {
                case ChangeResult.Done _ -> taken(now, bytes, index);
                case ChangeResult.NotLeader _ -> new Step.Failed("a snapshot asked for a leader");
                case ChangeResult.Refused refused ->
                        refused.busy()
                                ? new Step.Idle(refused.reason())
                                : new Step.Failed(refused.reason());
            };
        } catch (TimeoutException e) {
            return new Step.Failed(group + ": a snapshot takes minutes; is the disk stuck?");
        }
    }

    private Step taken(long now, long bytes, long index) {
        lastNanos = now;
        lastBytes = bytes;
        lastIndex = index;
        return new Step.Idle("taken at index " + index);
    }
}
