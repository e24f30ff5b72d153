package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.OnePromise;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import java.util.PriorityQueue;
import java.util.concurrent.TimeoutException;

/**
 * Simulated time in one thread for the model's own tests: a queue of steps, those of one moment in
 * random order. Waiting for a promise runs steps until it is done.
 */
final class ModelTasks implements Tasks, ModelScheduler {
    private record Step(long atNanos, long order, Runnable body) {}

    private final RandomSource random;
    private final PriorityQueue<Step> steps =
            new PriorityQueue<>(
                    (one, other) ->
                            one.atNanos() != other.atNanos()
                                    ? Long.compare(one.atNanos(), other.atNanos())
                                    : Long.compare(one.order(), other.order()));
    private long now;

    ModelTasks(RandomSource random) {
        this.random = random;
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public void after(long delayNanos, Runnable step) {
        steps.add(new Step(now + Math.max(1, delayNanos), random.nextLong(), step));
    }

    /** Runs the next step; false when there is none. */
    boolean step() {
        Step next = steps.poll();
        if (next == null) {
            return false;
        }
        now = next.atNanos();
        next.body().run();
        return true;
    }

    @Override
    public Clock clock() {
        return new Clock() {
            @Override
            public long wallMillis() {
                return now / ModelGroup.MILLI;
            }

            @Override
            public long nanos() {
                return now;
            }
        };
    }

    @Override
    public <T> Promise<T> promise() {
        return new StepPromise<>();
    }

    @Override
    public Task fork(String name, Runnable body) {
        throw new UnsupportedOperationException("the model forks nothing");
    }

    @Override
    public void sleep(long nanos) {
        throw new UnsupportedOperationException("the model does not sleep");
    }

    @Override
    public Permits permits(int count) {
        throw new UnsupportedOperationException("the model needs no permits");
    }

    private final class StepPromise<T> extends OnePromise<T> {
        @Override
        public T await(long deadlineNanos) throws TimeoutException {
            while (!isDone()) {
                if (now - deadlineNanos >= 0 || !step()) {
                    throw new TimeoutException("nothing happens any more");
                }
            }
            return outcome();
        }
    }
}
