package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.metadata.command.PartitionAnswer.HashLag;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HashCatchUpTest {
    private static final UploadRef UPLOAD =
            new UploadRef(new BucketId(1), Bytes.utf8("key"), 7, new WriteId(new Id128(1, 2)));
    private static final long PART_BYTES = 16L << 20;

    private final ManualTasks tasks = new ManualTasks();

    /** Hashes that have this many parts to go, and come on by one in so long. */
    private HashCatchUp hashing(int parts, long partMillis) {
        return new HashCatchUp(
                tasks,
                (upload, _) -> {
                    assertThat(upload).isEqualTo(UPLOAD);
                    long hashed = millis() / partMillis;
                    return new HashLag((int) hashed, Math.max(0, parts - hashed) * PART_BYTES);
                });
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(tasks.clock().nanos());
    }

    private static final long FAR = TimeUnit.HOURS.toNanos(1);

    @Test
    void aPartIsAcknowledgedAtOnceWhileTheHashesAreNear() throws Exception {
        int near = (int) (HashCatchUp.MOST_LAG_BYTES / PART_BYTES);
        hashing(near, 1_000).afterPart(UPLOAD, FAR);
        assertThat(millis()).isZero();
    }

    @Test
    void aPartIsAcknowledgedWhenTheHashesHaveComeNear() throws Exception {
        int near = (int) (HashCatchUp.MOST_LAG_BYTES / PART_BYTES);
        hashing(near + 10, 300).afterPart(UPLOAD, FAR);
        assertThat(millis()).isBetween(3_000L, 3_100L);
    }

    @Test
    void aPartIsNotHeldLongerThanClientsWait() throws Exception {
        hashing(1_000, 300).afterPart(UPLOAD, FAR);
        assertThat(millis()).isBetween(10_000L, 10_100L);
    }

    @Test
    void hashesThatStandStillKeepNobody() throws Exception {
        hashing(1_000, 3_600_000).afterPart(UPLOAD, FAR);
        assertThat(millis()).isBetween(2_000L, 2_100L);
        hashing(1_000, 3_600_000).beforeCompletion(UPLOAD, 1_000, FAR);
        assertThat(millis()).isBetween(4_000L, 4_100L);
    }

    @Test
    void aLookThatFailsIsNotTheCallers() throws Exception {
        HashCatchUp blind =
                new HashCatchUp(
                        tasks,
                        (_, _) -> {
                            throw new StoreException(ErrorCode.OVERLOADED, "too many calls");
                        });
        blind.afterPart(UPLOAD, FAR);
        blind.beforeCompletion(UPLOAD, 1, FAR);
        assertThat(millis()).isZero();
    }

    @Test
    void aCompletionWaitsUntilLittleIsLeftOfItsParts() throws Exception {
        hashing(50, 100).beforeCompletion(UPLOAD, 50, FAR);
        long left = HashCatchUp.LEFT_BYTES / PART_BYTES;
        assertThat(millis()).isBetween((50 - left) * 100, (50 - left) * 100 + 100);
    }

    @Test
    void aCompletionDoesNotWaitForPartsThatItLeavesOut() throws Exception {
        hashing(1_000, 100).beforeCompletion(UPLOAD, 20, FAR);
        assertThat(millis()).isBetween(2_000L, 2_100L);
    }

    @Test
    void theCallersDeadlineEndsTheWait() throws Exception {
        hashing(1_000, 100).beforeCompletion(UPLOAD, 1_000, TimeUnit.SECONDS.toNanos(5));
        assertThat(millis()).isBetween(5_000L, 5_100L);
    }
}
