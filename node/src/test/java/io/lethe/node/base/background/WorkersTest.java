package io.lethe.node.base.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Check;
import io.lethe.node.base.Clock;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.base.task.VirtualTasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Pacing PACING = Pacing.every(10 * SECOND);

    private final ManualTasks tasks = new ManualTasks();
    private final Metrics metrics = new Metrics();
    private final Workers workers = new Workers(tasks, metrics);
    private final List<Long> stepSeconds = new ArrayList<>();

    /** A step's own part, so that tests can write it as a lambda. */
    private interface Body {
        Step step() throws InterruptedException;
    }

    private Worker worker(String name, Body body) {
        return new Worker() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Step step() throws InterruptedException {
                stepSeconds.add(tasks.clock().nanos() / SECOND);
                return body.step();
            }
        };
    }

    @Test
    void anIdleWorkerStepsOncePerPause() {
        workers.start(worker("scrub", Step::idle), PACING);
        tasks.runFor(35 * SECOND);

        assertThat(stepSeconds).containsExactly(0L, 10L, 20L, 30L);
    }

    @Test
    void aWorkerWithMoreToDoRestsInProportionToItsStep() {
        workers.start(
                worker(
                        "repair",
                        () -> {
                            tasks.spend(2 * SECOND);
                            return Step.worked();
                        }),
                PACING.resting(300));
        tasks.runFor(20 * SECOND);

        assertThat(stepSeconds).containsExactly(0L, 8L, 16L);
    }

    @Test
    void wakingCutsAnIdlePauseShort() {
        workers.start(worker("reclaim", Step::idle), PACING);
        tasks.runFor(3 * SECOND);
        workers.wake("reclaim");
        workers.wake("nobody");
        tasks.runFor(3 * SECOND);

        assertThat(stepSeconds).containsExactly(0L, 3L);
    }

    @Test
    void aWakeDuringAStepIsNotLost() {
        workers.start(
                worker(
                        "reclaim",
                        () -> {
                            if (stepSeconds.size() == 1) {
                                workers.wake("reclaim");
                            }
                            return Step.idle();
                        }),
                PACING);
        tasks.runFor(SECOND);

        assertThat(stepSeconds).containsExactly(0L, 0L);
    }

    @Test
    void failuresBackOffByDoublingUpToTheCapAndWakingDoesNotHurryThem() {
        Pacing pacing = new Pacing(SECOND, 0, SECOND, 4 * SECOND);
        workers.start(
                worker(
                        "report",
                        () -> {
                            throw new IllegalStateException("peer is away");
                        }),
                pacing);
        tasks.runFor(SECOND / 2);
        workers.wake("report");
        tasks.runFor(12 * SECOND);

        assertThat(stepSeconds).containsExactly(0L, 1L, 3L, 7L, 11L);
        WorkerStatus status = workers.statuses().getFirst();
        assertThat(status.state()).isEqualTo(WorkerStatus.State.BACKING_OFF);
        assertThat(status.failedInRow()).isEqualTo(5);
        assertThat(status.error()).contains("peer is away");
        assertThat(metrics.openMetrics()).contains("lethe_worker_failing{worker=\"report\"} 5.0");
    }

    @Test
    void aSuccessEndsTheBackOffAndKeepsTheLastError() {
        workers.start(
                worker(
                        "report",
                        () ->
                                stepSeconds.size() == 1
                                        ? new Step.Failed("disk full")
                                        : new Step.Idle("all sent")),
                PACING);
        tasks.runFor(2 * SECOND);

        WorkerStatus status = workers.statuses().getFirst();
        assertThat(status.failedInRow()).isZero();
        assertThat(status.failed()).isEqualTo(1);
        assertThat(status.error()).contains("disk full");
        assertThat(status.progress()).isEqualTo("all sent");
    }

    @Test
    void aBrokenInvariantEndsTheWorkerAndReachesTheFaultHandler() {
        workers.start(
                worker(
                        "apply",
                        () -> {
                            Check.that(false, "index went back");
                            return Step.idle();
                        }),
                PACING);
        tasks.runFor(60 * SECOND);

        assertThat(stepSeconds).hasSize(1);
        assertThat(tasks.faults()).singleElement().isInstanceOf(Check.BrokenInvariant.class);
        assertThat(workers.statuses().getFirst().state()).isEqualTo(WorkerStatus.State.BROKEN);
    }

    @Test
    void stoppingEndsEveryWorkerAndRefusesNewOnes() throws InterruptedException {
        workers.start(worker("a", Step::idle), PACING);
        workers.start(worker("b", Step::idle), PACING);
        tasks.runFor(SECOND);
        workers.stop(tasks.clock().nanos() + SECOND);
        tasks.runFor(60 * SECOND);

        assertThat(stepSeconds).hasSize(2);
        assertThat(workers.statuses()).isEmpty();
        assertThat(metrics.openMetrics()).doesNotContain("lethe_worker_failing{");
        assertThatThrownBy(() -> workers.start(worker("c", Step::idle), PACING))
                .hasMessageContaining("after the stop");
    }

    @Test
    void aStepThatWaitsTooLongIsInterruptedWhenTheDeadlineOfTheStopPasses()
            throws InterruptedException {
        workers.start(
                worker(
                        "slow",
                        () -> {
                            tasks.sleep(3_600 * SECOND);
                            return Step.idle();
                        }),
                PACING);
        tasks.runFor(SECOND);
        workers.stop("slow", tasks.clock().nanos() + SECOND);

        assertThat(tasks.clock().nanos()).isLessThan(5 * SECOND);
        assertThat(workers.statuses()).isEmpty();
    }

    @Test
    void namesAreUnique() {
        workers.start(worker("a", Step::idle), PACING);

        assertThatThrownBy(() -> workers.start(worker("a", Step::idle), PACING))
                .hasMessageContaining("runs already");
    }

    @Test
    void itAlsoRunsOnVirtualThreads() throws InterruptedException {
        CountDownLatch stepped = new CountDownLatch(3);
        VirtualTasks real = new VirtualTasks(Clock.system(), (_, _) -> {});
        Workers onThreads = new Workers(real, new Metrics());
        onThreads.start(
                new Worker() {
                    @Override
                    public String name() {
                        return "real";
                    }

                    @Override
                    public Step step() {
                        stepped.countDown();
                        return Step.worked();
                    }
                },
                PACING);

        assertThat(stepped.await(10, TimeUnit.SECONDS)).isTrue();
        onThreads.stop(real.clock().nanos() + 10 * SECOND);
        assertThat(onThreads.statuses()).isEmpty();
    }

    @Test
    void anUrgentOneStepsWhileTasksKeepEveryCoreBusy() throws InterruptedException {
        CountDownLatch stepped = new CountDownLatch(3);
        AtomicBoolean over = new AtomicBoolean();
        VirtualTasks real = new VirtualTasks(Clock.system(), (_, _) -> {});
        Workers onThreads = new Workers(real, new Metrics());
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            var _ =
                    real.fork(
                            "busy",
                            () -> {
                                while (!over.get()) {
                                    Thread.onSpinWait();
                                }
                            });
        }
        onThreads.startUrgent(
                worker(
                        "urgent",
                        () -> {
                            stepped.countDown();
                            return Step.worked();
                        }),
                PACING);
        try {
            assertThat(stepped.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            over.set(true);
        }
        onThreads.stop(real.clock().nanos() + 10 * SECOND);
    }
}
