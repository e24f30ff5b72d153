package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GroupSyncTest {
    private final DeviceHealth health = new DeviceHealth(new DeviceId(new Id128(1, 1)));
    private final DiskCounters counters = new DiskCounters(new ManualClock());
    private final AtomicInteger queued = new AtomicInteger();

    @Test
    void thoseWhoComeDuringASyncShareTheNextOne() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger syncs = new AtomicInteger();
        GroupSync sync =
                new GroupSync(
                        () -> {
                            if (syncs.incrementAndGet() == 1) {
                                begun.countDown();
                                awaitLatch(goOn);
                            }
                        },
                        health,
                        counters,
                        queued);
        List<Thread> threads = new ArrayList<>();
        threads.add(Thread.ofPlatform().start(sync::await));
        begun.await();
        for (int i = 0; i < 10; i++) {
            threads.add(Thread.ofPlatform().start(sync::await));
        }
        while (queued.get() < 11 || !allParked(threads.subList(1, 11))) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(syncs.get()).isEqualTo(2);
        assertThat(counters.value(DiskFigure.SYNCS)).isEqualTo(2);
        assertThat(counters.value(DiskFigure.SYNCED_CHUNKS)).isEqualTo(11);
        assertThat(queued.get()).isZero();
    }

    private static boolean allParked(List<Thread> threads) {
        return threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING);
    }

    private static void awaitLatch(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aFailedSyncIsNeverTriedAgain() {
        AtomicInteger syncs = new AtomicInteger();
        GroupSync sync =
                new GroupSync(
                        () -> {
                            syncs.incrementAndGet();
                            throw new IOException("the disk is broken");
                        },
                        health,
                        counters,
                        queued);
        assertThatThrownBy(sync::await)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the disk is broken");
        assertThatThrownBy(sync::await).isInstanceOf(StoreException.class);
        assertThat(syncs.get()).isEqualTo(1);
        assertThat(health.hasFailed()).isTrue();
    }
}
