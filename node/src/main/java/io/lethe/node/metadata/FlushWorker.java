package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.model.GroupId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Flushes a group's table by {@link FlushPolicy}, on every replica. One task at a time.
 *
 * <p>RocksDB also flushes by itself when all tables of the node together hold too much.
 */
public final class FlushWorker implements Worker {
    /** A flush of a full memtable takes a second on a slow disk; later than this it is a fault. */
    private static final long MOST_FLUSH_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final GroupId group;
    private final GroupTable table;
    private final TableCalls calls;
    private final Clock clock;
    private final FlushPolicy policy;
    private long lastNanos;

    public FlushWorker(
            GroupId group, GroupTable table, TableCalls calls, Clock clock, FlushPolicy policy) {
        this.group = group;
        this.table = table;
        this.calls = calls;
        this.clock = clock;
        this.policy = policy;
        lastNanos = clock.nanos();
    }

    @Override
    public String name() {
        return "flush/" + group;
    }

    @Override
    public Step step() throws InterruptedException {
        long bytes = table.unflushedBytes();
        long now = clock.nanos();
        boolean due = bytes >= policy.bytes() || (bytes > 0 && now - lastNanos >= policy.nanos());
        if (!due) {
            return new Step.Idle(bytes + " bytes unflushed");
        }
        try {
            boolean _ =
                    calls.submit(
                                    () -> {
                                        table.flush();
                                        return true;
                                    })
                            .await(now + MOST_FLUSH_NANOS);
        } catch (TimeoutException e) {
            return new Step.Failed(group + ": a flush takes minutes; is the disk stuck?");
        }
        lastNanos = now;
        return new Step.Idle("flushed to index " + table.durableIndex());
    }
}
