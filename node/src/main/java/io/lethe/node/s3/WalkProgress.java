package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How far one sort of walk has come, bucket by bucket, as partitions keep it: so a new leader goes
 * on where the last one was. What it says is the walk's own. Safe for any task.
 */
public final class WalkProgress {
    private static final Duration WITHIN = Duration.ofSeconds(20);

    private final Tasks tasks;
    private final Metadata metadata;
    private final Walk walk;

    public WalkProgress(Tasks tasks, Metadata metadata, Walk walk) {
        this.tasks = tasks;
        this.metadata = metadata;
        this.walk = walk;
    }

    /** All that one partition keeps. */
    public Map<BucketId, Bytes> read(GroupId partition) throws InterruptedException {
        Map<BucketId, Bytes> all = new HashMap<>();
        Bytes after = null;
        do {
            PartitionAnswer answer =
                    metadata.queryIn(
                            partition,
                            new PartitionQuery.SavedProgress(walk, after, PartitionQuery.MOST_ROWS),
                            deadline(tasks));
            if (!(answer instanceof PartitionAnswer.ProgressPage page)) {
                throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + answer);
            }
            page.list().forEach(one -> all.put(one.bucket(), one.progress()));
            after = page.next();
        } while (after != null);
        return all;
    }

    /**
     * @param progress empty: forgotten
     */
    public void save(GroupId partition, BucketId bucket, Bytes progress)
            throws InterruptedException {
        PartitionReply reply =
                metadata.executeIn(
                        partition,
                        new PartitionCommand.SaveProgress(walk, bucket, progress),
                        0,
                        deadline(tasks));
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "the progress was answered with " + reply);
        }
    }

    /** By when a step of a walk has its answer. */
    public static long deadline(Tasks tasks) {
        return tasks.clock().nanos() + WITHIN.toNanos();
    }
}
