package io.lethe.cli;

import io.lethe.client.ErrorCode;
import io.lethe.client.LetheException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;

/**
 * Runs a bounded number of calls at once and takes their results in the order of their beginning,
 * so that output stays in order. A failed call does not stop the others. For one thread.
 *
 * @param <K> what a call is about
 */
final class Batch<K, T> {
    /** Told of each failure; prints it and says the status. */
    interface Failed<K> {
        ExitStatus accept(K about, LetheException failure);
    }

    private final int jobs;
    private final BiConsumer<K, T> done;
    private final Failed<K> failed;
    private final Deque<Running<K, T>> running = new ArrayDeque<>();
    private ExitStatus status = ExitStatus.OK;
    private int count;
    private boolean stopped;

    private record Running<K, T>(K about, CompletableFuture<T> future) {}

    /**
     * @param jobs most calls at once
     */
    Batch(int jobs, BiConsumer<K, T> done, Failed<K> failed) {
        this.jobs = jobs;
        this.done = done;
        this.failed = failed;
    }

    /** Waits for a place before the caller starts its call. */
    void makeRoom() {
        while (running.size() >= jobs) {
            settleOldest();
        }
    }

    void add(K about, CompletableFuture<T> call) {
        running.add(new Running<>(about, call));
        count++;
    }

    /** How many were added. */
    int count() {
        return count;
    }

    /** Waits for all; the status of the first that failed. */
    ExitStatus finish() {
        while (!running.isEmpty()) {
            settleOldest();
        }
        return status;
    }

    private void settleOldest() {
        Running<K, T> oldest = running.remove();
        try {
            done.accept(oldest.about, oldest.future.get());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof LetheException failure)) {
                throw new IllegalStateException("a call failed in an unforeseen way", e);
            }
            stopped |= isEverybodys(failure.code());
            note(failed.accept(oldest.about, failure));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }

    private static boolean isEverybodys(ErrorCode code) {
        return switch (code.kind()) {
            case DENIED, UNAVAILABLE -> true;
            case LOCAL -> code == ErrorCode.CANCELLED;
            case REQUEST, NOT_FOUND, CONFLICT, FAILURE -> code == ErrorCode.NO_SUCH_BUCKET;
        };
    }

    /** Keeps the first failure's status. */
    void note(ExitStatus failure) {
        if (status == ExitStatus.OK) {
            status = failure;
        }
    }

    /** True after a failure that all others would meet too. */
    boolean stopped() {
        return stopped;
    }
}
