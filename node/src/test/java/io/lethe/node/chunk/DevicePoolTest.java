package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Clock;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.model.ErrorCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DevicePoolTest {
    /** Hears of work that was dropped. */
    private static void nobody() {}

    private final Clock clock = Clock.system();
    private final VirtualTasks tasks = new VirtualTasks(clock, (_, _) -> {});

    private <T> T await(Promise<T> promise) throws Exception {
        return promise.await(clock.nanos() + TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void callsRunOnPlatformThreadsAndAnswer() throws Exception {
        try (DevicePool pool = new DevicePool("device-a", 2, 4, tasks)) {
            assertThat(await(pool.submit(() -> Thread.currentThread().isVirtual()))).isFalse();
            Promise<Integer> failing =
                    pool.submit(
                            () -> {
                                throw new IllegalStateException("no");
                            });
            assertThatThrownBy(() -> await(failing)).hasMessage("no");
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndCounted() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (DevicePool pool = new DevicePool("device-a", 1, 1, tasks)) {
            Promise<Boolean> running = pool.submit(() -> goOn.await(30, TimeUnit.SECONDS));
            Promise<Boolean> waiting = pool.submit(() -> true);
            Promise<Boolean> refused = pool.submit(() -> true);
            ChunkStoreContract.assertCode(ErrorCode.OVERLOADED, () -> await(refused));
            assertThat(pool.rejected()).isEqualTo(1);
            assertThat(pool.queued()).isEqualTo(1);
            goOn.countDown();
            assertThat(await(running)).isTrue();
            assertThat(await(waiting)).isTrue();
        }
    }

    @Test
    void whatComesOverTheDataPlaneCountsAsForegroundUntilItIsDone() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (DevicePool pool = new DevicePool("device-a", 1, 1, tasks)) {
            assertThat(await(pool.submit(() -> pool.load().foregroundShare()))).isZero();
            pool.execute(
                    () -> {
                        started.countDown();
                        try {
                            boolean _ = goOn.await(30, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            pool.execute(over::countDown);
            assertThatThrownBy(() -> pool.execute(() -> {}))
                    .isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.load().foregroundShare()).isPositive();
            goOn.countDown();
            assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void workInTheBackgroundIsNoForegroundAndLeavesItHalfOfTheQueue() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (DevicePool pool = new DevicePool("device-a", 1, 4, tasks)) {
            Promise<Boolean> running = pool.submit(() -> goOn.await(30, TimeUnit.SECONDS));
            pool.executeInBackground(0, () -> {}, DevicePoolTest::nobody);
            pool.executeInBackground(0, () -> {}, DevicePoolTest::nobody);
            assertThatThrownBy(() -> pool.executeInBackground(0, () -> {}, DevicePoolTest::nobody))
                    .isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.rejected()).isEqualTo(1);
            assertThat(pool.load().foregroundShare()).isZero();
            pool.execute(() -> {});
            pool.execute(() -> {});
            assertThat(pool.queued()).isEqualTo(4);
            goOn.countDown();
            assertThat(await(running)).isTrue();
        }
    }

    @Test
    void aClosedPoolSaysSo() {
        DevicePool pool = new DevicePool("device-a", 1, 1, tasks);
        pool.close();
        ChunkStoreContract.assertCode(ErrorCode.UNAVAILABLE, () -> await(pool.submit(() -> true)));
    }

    @Test
    void whatStillWaitsForItsTurnIsDroppedWhenThePoolIsClosed() throws Exception {
        CountDownLatch dropped = new CountDownLatch(1);
        AtomicBoolean moved = new AtomicBoolean();
        int secondsBytes = (int) DevicePool.FLOOR_BYTES_PER_SECOND;
        DevicePool pool = new DevicePool("device-a", 1, 4, tasks, 1, _ -> {});
        pool.executeInBackground(secondsBytes, () -> moved.set(true), dropped::countDown);
        pool.close();
        assertThat(pool.closed()).isTrue();
        assertThat(dropped.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(moved.get()).isFalse();
    }

    @Test
    void whatMovesBytesInTheBackgroundWaitsForItsTurnAndNothingElseDoes() throws Exception {
        AtomicBoolean moved = new AtomicBoolean();
        CountDownLatch others = new CountDownLatch(2);
        int twoSecondsBytes = 2 * (int) DevicePool.FLOOR_BYTES_PER_SECOND;
        try (DevicePool pool = new DevicePool("device-a", 1, 4, tasks, 1, _ -> {})) {
            pool.executeInBackground(
                    twoSecondsBytes, () -> moved.set(true), DevicePoolTest::nobody);
            pool.executeInBackground(0, others::countDown, DevicePoolTest::nobody);
            pool.execute(others::countDown);
            assertThat(others.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(moved.get()).isFalse();
        }
    }

    @Test
    void aBoundedNumberOfCallsWaitsForItsTurn() {
        int burstBytes = 16 << 20;
        try (DevicePool pool = new DevicePool("device-a", 1, 4, tasks, 1, _ -> {})) {
            for (int i = 0; i < DevicePool.MOST_PACED; i++) {
                pool.executeInBackground(burstBytes, () -> {}, DevicePoolTest::nobody);
            }
            assertThatThrownBy(
                            () ->
                                    pool.executeInBackground(
                                            burstBytes, () -> {}, DevicePoolTest::nobody))
                    .isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.rejected()).isEqualTo(1);
        }
    }
}
