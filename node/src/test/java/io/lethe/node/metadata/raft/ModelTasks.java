package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

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

    private final class StepPromise<T> implements Promise<T> {
        private @Nullable T value;
        private @Nullable Throwable failure;
        private boolean done;
        private final List<BiConsumer<@Nullable T, @Nullable Throwable>> callbacks =
                new ArrayList<>();

        private boolean finish(@Nullable T result, @Nullable Throwable cause) {
            if (done) {
                return false;
            }
            done = true;
            value = result;
            failure = cause;
            callbacks.forEach(callback -> callback.accept(result, cause));
            return true;
        }

        @Override
        public boolean complete(T result) {
            return finish(result, null);
        }

        @Override
        public boolean fail(Throwable cause) {
            return finish(null, cause);
        }

        @Override
        public boolean isDone() {
            return done;
        }

        @Override
        public T await(long deadlineNanos) throws TimeoutException {
            while (!done) {
                if (now - deadlineNanos >= 0 || !step()) {
                    throw new TimeoutException("nothing happens any more");
                }
            }
            T present = value;
            if (present == null) {
                throw new CompletionException(failure);
            }
            return present;
        }

        @Override
        public void whenDone(BiConsumer<@Nullable T, @Nullable Throwable> callback) {
            if (done) {
                callback.accept(value, failure);
            } else {
                callbacks.add(callback);
            }
        }
    }
}
