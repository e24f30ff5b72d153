package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.Groups.OnePartition;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GroupWorkersTest {
    private final OnePartition one = new OnePartition();

    private void applyInit() {
        Stamp stamp = new Stamp(one.clock.wallMillis(), 0, 0, 1);
        byte[] entry = CommandCodec.encode(stamp, Groups.init()).unsafeArray();
        assertThat(one.log.propose(entry).isDone()).isTrue();
    }

    @Test
    void aTableIsFlushedWhenItsChangesAreOld() throws InterruptedException {
        FlushWorker worker =
                new FlushWorker(
                        Groups.PARTITION,
                        one.table,
                        Groups.inline(one.tasks),
                        one.clock,
                        new FlushPolicy(1 << 20, 1));
        assertThat(worker.step()).isEqualTo(new Step.Idle("0 bytes unflushed"));
        applyInit();
        assertThat(worker.step()).isInstanceOf(Step.Idle.class);
        assertThat(one.table.durableIndex()).isEqualTo(1);
        assertThat(one.table.unflushedBytes()).isZero();
    }

    @Test
    void aTableWithFewYoungChangesIsLeftAlone() throws InterruptedException {
        FlushWorker worker =
                new FlushWorker(
                        Groups.PARTITION,
                        one.table,
                        Groups.inline(one.tasks),
                        one.clock,
                        FlushPolicy.standard());
        applyInit();
        long before = one.table.durableIndex();
        assertThat(worker.step()).isInstanceOf(Step.Idle.class);
        assertThat(one.table.durableIndex()).isEqualTo(before);
    }

    @Test
    void aSnapshotIsTakenAfterSoManyBytesOfLog() throws InterruptedException {
        SnapshotWorker worker =
                new SnapshotWorker(
                        Groups.PARTITION,
                        one.log,
                        one.state,
                        one.clock,
                        new SnapshotWorker.Policy(1 << 10, TimeUnit.HOURS.toNanos(1)));
        applyInit();
        assertThat(worker.step()).isInstanceOf(Step.Idle.class);
        assertThat(one.log.snapshots()).isZero();
        for (int i = 2; i < 40; i++) {
            Stamp stamp = new Stamp(one.clock.wallMillis(), 0, 0, 1);
            var entry = CommandCodec.encode(stamp, Groups.openWrite(i));
            assertThat(one.log.propose(entry.unsafeArray()).isDone()).isTrue();
        }
        assertThat(worker.step()).isEqualTo(new Step.Idle("taken at index 39"));
        assertThat(worker.step()).isInstanceOf(Step.Idle.class);
        assertThat(one.log.snapshots()).isEqualTo(1);
    }

    @Test
    void aLeaderWhoseClockIsOffHandsOver() throws InterruptedException {
        StepDownWorker worker =
                new StepDownWorker(
                        Groups.PARTITION,
                        Groups.peer(1),
                        one.log,
                        () -> one.clockTrusted,
                        one.clock);
        assertThat(worker.step()).isEqualTo(Step.idle());
        one.clockTrusted = false;
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        one.log.voters(List.of(Groups.peer(1), Groups.peer(2)));
        assertThat(worker.step()).isInstanceOf(Step.Worked.class);
        assertThat(one.log.leadership().leader()).isEqualTo(Groups.peer(2));
        assertThat(worker.step()).isEqualTo(Step.idle());
    }

    @Test
    void readsPastTheQueueAreRefused() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (TableThreads threads = new TableThreads(one.tasks, 1, new Metrics())) {
            List<Promise<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < TableThreads.MOST_QUEUED + 1; i++) {
                all.add(threads.submit(() -> await(release)));
            }
            // The thread has taken one, perhaps: the second of these does not fit for certain.
            all.add(threads.submit(() -> await(release)));
            Promise<Boolean> refused = threads.submit(() -> await(release));
            assertThatThrownBy(() -> refused.await(one.clock.in(10)))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
            release.countDown();
            assertThat(all.getFirst().await(one.clock.in(10))).isTrue();
            Promise<Boolean> failing =
                    threads.submit(
                            () -> {
                                throw new IllegalStateException("read failed");
                            });
            assertThatThrownBy(() -> failing.await(one.clock.in(10)))
                    .isInstanceOf(RuntimeException.class);
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
