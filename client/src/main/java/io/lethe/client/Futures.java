package io.lethe.client;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The bridge from futures to blocking forms. */
final class Futures {
    private Futures() {}

    /** Waits; an interrupt cancels the call. */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw LetheException.of(ErrorCode.CANCELLED, "interrupted while waiting", e);
        } catch (CancellationException e) {
            throw LetheException.of(ErrorCode.CANCELLED, "the call was cancelled", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LetheException failure) {
                // The trace should show who waited, not only the callback thread.
                failure.addSuppressed(new Waiting());
                throw failure;
            }
            throw LetheException.of(ErrorCode.LOCAL, "the call failed: " + e.getCause(), e);
        }
    }

    /** Only its stack trace counts. */
    private static final class Waiting extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Waiting() {
            super("the caller waited here");
        }
    }
}
