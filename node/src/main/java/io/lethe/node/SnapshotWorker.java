package io.lethe.node;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ChangeResult;
import io.lethe.node.model.GroupId;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes a replica's snapshots, which cut its log: when enough time has passed, or enough entries
 * have. One task.
 */
final class SnapshotWorker implements Worker {
    /** Entries that a restart would have to read again: a few seconds of them. */
    private static final long MOST_ENTRIES = 50_000;

    private static final long WITHIN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final GroupId group;
    private final ReplicatedLog replica;
    private final Tasks tasks;
    private final long everyNanos;
    private long lastNanos;

    SnapshotWorker(GroupId group, ReplicatedLog replica, Tasks tasks, Duration every) {
        this.group = group;
        this.replica = replica;
        this.tasks = tasks;
        everyNanos = every.toNanos();
        lastNanos = tasks.clock().nanos();
    }

    @Override
    public String name() {
        return "snapshot/" + group;
    }

    @Override
    public Step step() throws InterruptedException {
        long now = tasks.clock().nanos();
        ReplicatedLog.Figures figures = replica.figures();
        long behind = figures.lastIndex() - figures.snapshotIndex();
        boolean due = now - lastNanos > everyNanos && behind > 0;
        if (!due && behind < MOST_ENTRIES) {
            return new Step.Idle(behind + " entries since the last one");
        }
        lastNanos = now;
        try {
            ChangeResult result = replica.snapshot().await(now + WITHIN_NANOS);
            return result instanceof ChangeResult.Refused(String reason, boolean busy) && !busy
                    ? new Step.Failed(reason)
                    : new Step.Worked("at index " + figures.lastIndex());
        } catch (TimeoutException e) {
            return new Step.Failed("it took longer than ten minutes");
        }
    }
}
