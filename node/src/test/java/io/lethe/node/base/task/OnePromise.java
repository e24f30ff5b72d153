package io.lethe.node.base.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What promises of test schedulers have in common: all but how a waiter waits. One thread runs at a
 * time, so nothing here is guarded.
 */
public abstract class OnePromise<T> implements Promise<T> {
    private final List<BiConsumer<@Nullable T, @Nullable Throwable>> callbacks = new ArrayList<>();
    private boolean done;
    private @Nullable T value;
    private @Nullable Throwable failure;

    @Override
    public final boolean complete(T result) {
        return finish(result, null);
    }

    @Override
    public final boolean fail(Throwable reason) {
        return finish(null, reason);
    }

    private boolean finish(@Nullable T result, @Nullable Throwable reason) {
        if (done) {
            return false;
        }
        done = true;
        value = result;
        failure = reason;
        callbacks.forEach(callback -> callback.accept(result, reason));
        wakeWaiters();
        return true;
    }

    /** Called once, after the callbacks, where waiters don't look by themselves. */
    protected void wakeWaiters() {}

    @Override
    public final boolean isDone() {
        return done;
    }

    /** The result of a promise that is done, as {@link #await} gives or throws it. */
    @SuppressWarnings("NullAway") // T itself may be nullable; the value is the one completed.
    protected final T outcome() {
        return switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null -> value;
            default -> throw new CompletionException(failure);
        };
    }

    @Override
    public final void whenDone(BiConsumer<@Nullable T, @Nullable Throwable> callback) {
        if (done) {
            callback.accept(value, failure);
        } else {
            callbacks.add(callback);
        }
    }
}
