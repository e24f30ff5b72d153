package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.model.GroupId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gives the space of deleted inline objects back, on every replica, once a flush has made the
 * deletes known. One task at a time.
 */
public final class BlobWorker implements Worker {
    /** Some hundred MiB, on a slow disk that has more to do. */
    private static final long MOST_PIECE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final GroupId group;
    private final GroupTable table;
    private final TableCalls calls;
    private final Clock clock;

    public BlobWorker(GroupId group, GroupTable table, TableCalls calls, Clock clock) {
        this.group = group;
        this.table = table;
        this.calls = calls;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "blobs/" + group;
    }

    @Override
    public Step step() throws InterruptedException {
        try {
            boolean collected =
                    calls.submit(table::collectBlobs).await(clock.nanos() + MOST_PIECE_NANOS);
            return collected
                    ? new Step.Worked("blob files are written anew")
                    : new Step.Idle("less than half of the blob files is garbage");
        } catch (TimeoutException e) {
            return new Step.Failed(group + ": a compaction takes minutes; is the disk stuck?");
        }
    }
}
