package io.lethe.node.rpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.lethe.node.base.metrics.Counter;
import io.lethe.node.base.metrics.Latency;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Caller;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs clients' requests: each in a task of its own, a bounded number at a time, timed and counted,
 * with every failure told as {@link Refusals} says. Safe for any thread.
 */
public final class Requests {
    /** For calls that set no deadline: an upload of the largest object over a slow line. */
    private static final Duration MOST_TIME = Duration.ofHours(12);

    private final Tasks tasks;
    private final int mostAtOnce;
    private final AtomicInteger running = new AtomicInteger();
    private final Latency seconds;
    private final Counter failures;
    private final Counter.Series rejected;

    public Requests(Tasks tasks, int mostAtOnce, Metrics metrics) {
        this.tasks = tasks;
        this.mostAtOnce = mostAtOnce;
        seconds =
                metrics.latency("lethe_request_seconds", "Time of clients' requests.", "operation");
        failures =
                metrics.counter(
                        "lethe_request_failures",
                        "Clients' requests that failed.",
                        "operation",
                        "code");
        rejected =
                metrics.counter("lethe_requests_rejected", "Requests refused: too many at once.")
                        .series();
        metrics.gauge("lethe_requests", "Requests in work.").watch(running::get);
    }

    Tasks tasks() {
        return tasks;
    }

    /** What a request may use. */
    record Call(Caller caller, long deadlineNanos, String requestId) {}

    /** One request's work. */
    interface Work {
        void run(Call call) throws InterruptedException;
    }

    /** One request with one answer. */
    interface Unary<R> {
        R answer(Call call) throws InterruptedException;
    }

    <R> void unary(String operation, StreamObserver<R> responses, Unary<R> work) {
        run(
                operation,
                responses,
                call -> {
                    R answer = work.answer(call);
                    responses.onNext(answer);
                    responses.onCompleted();
                });
    }

    void run(String operation, StreamObserver<?> responses, Work work) {
        Authenticator.Session session = Authenticator.session();
        Deadline deadline = Context.current().getDeadline();
        long leftNanos =
                deadline == null
                        ? MOST_TIME.toNanos()
                        : Math.min(
                                MOST_TIME.toNanos(), deadline.timeRemaining(TimeUnit.NANOSECONDS));
        long startNanos = tasks.clock().nanos();
        if (running.incrementAndGet() > mostAtOnce) {
            running.decrementAndGet();
            rejected.increment();
            responses.onError(
                    Refusals.of(
                            new StoreException(
                                    ErrorCode.OVERLOADED,
                                    "this node has " + mostAtOnce + " requests in work; try again"),
                            session.requestId()));
            return;
        }
        Context context = Context.current();
        Tasks.Task task =
                tasks.fork(
                        operation,
                        () -> {
                            try {
                                work.run(
                                        new Call(
                                                session.caller(),
                                                startNanos + leftNanos,
                                                session.requestId()));
                            } catch (RuntimeException | InterruptedException e) {
                                fail(operation, responses, session, e);
                            } finally {
                                running.decrementAndGet();
                                seconds.series(operation)
                                        .observeNanos(tasks.clock().nanos() - startNanos);
                            }
                        });
        // A client that goes away ends its request.
        context.addListener(cancelled -> task.cancel(), Runnable::run);
    }

    private void fail(
            String operation,
            StreamObserver<?> responses,
            Authenticator.Session session,
            Exception e) {
        ErrorCode code = e instanceof StoreException known ? known.code() : ErrorCode.INTERNAL;
        failures.series(operation, code.name()).increment();
        try {
            responses.onError(Refusals.of(e, session.requestId()));
        } catch (IllegalStateException gone) {
            // The client has gone, or has its answer already: nobody is left to be told.
            failures.series(operation, "UNTOLD").increment();
        }
    }
}
