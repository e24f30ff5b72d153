package io.lethe.node.base.task;

import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A result that arrives once. Completing is safe from any thread; waiting only from a task. */
public interface Promise<T> {
    /** False when a result was there already; then nothing changes. */
    boolean complete(T value);

    /** False when a result was there already; then nothing changes. */
    boolean fail(Throwable failure);

    boolean isDone();

    /**
     * Waits for the result.
     *
     * @param deadlineNanos reading of {@link io.lethe.node.base.Clock#nanos()} at which to give up
     * @throws TimeoutException when the deadline passed; the promise stays open
     * @throws RuntimeException the failure itself where it is unchecked, else wrapped in {@link
     *     java.util.concurrent.CompletionException}
     */
    T await(long deadlineNanos) throws InterruptedException, TimeoutException;

    /** Calls back once, with value or failure, at once if already done; must not block. */
    void whenDone(BiConsumer<@Nullable T, @Nullable Throwable> callback);
}
