package io.lethe.node.base.background;

import io.lethe.node.base.Check;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import java.util.concurrent.TimeoutException;

/**
 * The loop around one worker: step, note what came of it, pause. The loop runs in one task; {@link
 * #wake}, {@link #stop}, {@link #status} may be called from anywhere.
 *
 * <p>Two bells end a pause early: {@code bell} rings at wake and at stop and ends idling, {@code
 * stopBell} rings at stop only and ends rests and back-offs too, so that waking a failing worker
 * does not make it hammer. A bell is hung up before the step, so a ring during it is not lost.
 */
final class Running {
    private final Worker worker;
    private final Pacing pacing;
    private final Tasks tasks;
    private final Promise<Boolean> stopBell;
    private final Promise<Boolean> ended;
    private volatile Promise<Boolean> bell;
    private volatile WorkerStatus status;

    Running(Worker worker, Pacing pacing, Tasks tasks) {
        this.worker = worker;
        this.pacing = pacing;
        this.tasks = tasks;
        this.stopBell = tasks.promise();
        this.ended = tasks.promise();
        this.bell = tasks.promise();
        this.status = WorkerStatus.fresh(worker.name());
    }

    WorkerStatus status() {
        return status;
    }

    void wake() {
        bell.complete(true);
    }

    void stop() {
        stopBell.complete(true);
        bell.complete(true);
    }

    /** False when it had not ended at the deadline. */
    boolean awaitEnd(long deadlineNanos) throws InterruptedException {
        try {
            return ended.await(deadlineNanos);
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** The task's body. */
    void run() {
        try {
            loop();
            status = status.in(WorkerStatus.State.STOPPED);
        } catch (InterruptedException e) {
            status = status.in(WorkerStatus.State.STOPPED);
            Thread.currentThread().interrupt();
        } catch (Check.BrokenInvariant | Error e) {
            status =
                    status.failed(e.toString(), tasks.clock().wallMillis())
                            .in(WorkerStatus.State.BROKEN);
            throw e;
        } finally {
            ended.complete(true);
        }
    }

    private void loop() throws InterruptedException {
        while (!stopBell.isDone()) {
            bell = tasks.promise();
            if (stopBell.isDone()) {
                return;
            }
            status = status.in(WorkerStatus.State.STEPPING);
            long startNanos = tasks.clock().nanos();
            Step step = stepOrFailure();
            long endNanos = tasks.clock().nanos();
            switch (step) {
                case Step.Worked worked -> {
                    status = status.worked(worked.progress());
                    pause(stopBell, pacing.restNanos(endNanos - startNanos));
                }
                case Step.Idle idle -> {
                    status = status.idle(idle.progress());
                    pause(bell, pacing.idleNanos());
                }
                case Step.Failed failed -> {
                    status = status.failed(failed.reason(), tasks.clock().wallMillis());
                    pause(stopBell, pacing.backoffNanos(status.failedInRow()));
                }
            }
        }
    }

    /** Here is the thread's root: any failure short of a broken invariant is tried again. */
    private Step stepOrFailure() throws InterruptedException {
        try {
            return worker.step();
        } catch (Check.BrokenInvariant e) {
            throw e;
        } catch (RuntimeException e) {
            return new Step.Failed(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private void pause(Promise<Boolean> until, long nanos) throws InterruptedException {
        try {
            var _ = until.await(tasks.clock().nanos() + nanos);
        } catch (TimeoutException e) {
            return; // The pause is over: the usual end.
        }
    }
}
