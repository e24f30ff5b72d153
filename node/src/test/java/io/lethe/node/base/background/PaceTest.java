package io.lethe.node.base.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.base.task.Tasks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ManualTasks tasks = new ManualTasks();
    private final Pace pace = new Pace(tasks, 100, 1_000);

    /** Takes so much again and again; returns what it got so far. */
    private AtomicLong taker(long bytes) {
        AtomicLong got = new AtomicLong();
        Tasks.Task _ =
                tasks.fork(
                        "taker",
                        () -> {
                            try {
                                while (true) {
                                    pace.take(bytes);
                                    got.addAndGet(bytes);
                                }
                            } catch (InterruptedException e) {
                                got.addAndGet(-1_000_000);
                            }
                        });
        return got;
    }

    @Test
    void bytesComeAtTheRateAndNotBefore() {
        pace.set(10_000);
        AtomicLong got = taker(500);
        tasks.runFor(SECOND / 25);
        assertThat(got.get()).isZero();
        tasks.runFor(10 * SECOND - SECOND / 25);
        assertThat(got.get()).isBetween(99_000L, 100_000L);
    }

    @Test
    void aNewRateHoldsForThoseToo() {
        AtomicLong got = taker(1_000);
        tasks.runFor(SECOND);
        assertThat(got.get()).isZero();
        pace.set(1_000_000);
        tasks.runFor(SECOND);
        assertThat(got.get()).isBetween(990_000L, 1_001_000L);
        pace.set(1_000);
        tasks.runFor(10 * SECOND);
        assertThat(got.get()).isBetween(999_000L, 1_012_000L);
    }

    @Test
    void theRateNeverFallsBelowTheFloor() {
        pace.set(0);
        assertThat(pace.bytesPerSecond()).isEqualTo(100);
        AtomicLong got = taker(10);
        tasks.runFor(100 * SECOND);
        assertThat(got.get()).isBetween(9_900L, 10_000L);
    }

    @Test
    void noMoreThanABurstIsSavedUp() {
        pace.set(1_000_000);
        tasks.runFor(100 * SECOND);
        assertThat(pace.tryTake(1_000)).isTrue();
        assertThat(pace.tryTake(1)).isFalse();
    }

    @Test
    void whoTakesMuchAtOnceGetsNoMoreThanWhoTakesLittleOften() {
        pace.set(100_000);
        AtomicLong much = taker(50_000);
        AtomicLong little = taker(1_000);
        tasks.runFor(100 * SECOND);
        assertThat(much.get() + little.get()).isBetween(9_900_000L, 10_001_000L);
        assertThat(much.get()).isBetween(4_900_000L, 5_100_000L);
    }

    @Test
    void moreThanABurstIsTakenAtOnceAndPaidForLater() {
        pace.set(1_000);
        assertThat(pace.tryTake(5_000)).isFalse();
        tasks.runFor(SECOND);
        assertThat(pace.tryTake(5_000)).isTrue();
        tasks.runFor(4 * SECOND);
        assertThat(pace.tryTake(1)).isFalse();
        tasks.runFor(SECOND);
        assertThat(pace.tryTake(900)).isTrue();
    }

    @Test
    void whoIsToldToStopLetsTheNextOneOn() {
        AtomicLong stopped = new AtomicLong();
        Tasks.Task first =
                tasks.fork(
                        "first",
                        () -> {
                            try {
                                pace.take(1_000_000);
                            } catch (InterruptedException e) {
                                stopped.incrementAndGet();
                            }
                        });
        AtomicLong second = taker(10);
        tasks.runFor(SECOND);
        assertThat(second.get()).isZero();
        first.cancel();
        tasks.runFor(10 * SECOND);
        assertThat(stopped.get()).isEqualTo(1);
        assertThat(second.get()).isPositive();
    }

    @Test
    void aPaceWithoutAFloorOrABurstIsRefused() {
        assertThatThrownBy(() -> new Pace(tasks, 0, 1)).hasMessageContaining("floor");
        assertThatThrownBy(() -> new Pace(tasks, 1, 0)).hasMessageContaining("burst");
    }
}
