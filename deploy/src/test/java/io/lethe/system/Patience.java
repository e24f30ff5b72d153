package io.lethe.system;

import io.lethe.client.LetheException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Asks again where the cluster says that it can't answer yet: after a power cut on a busy machine
 * it may take long to be back, which is allowed, and must never answer wrongly, which is not.
 */
final class Patience {
    private static final Duration MOST = Duration.ofMinutes(3);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private Patience() {}

    static <T> T with(Supplier<T> question) {
        long deadline = System.nanoTime() + MOST.toNanos();
        while (true) {
            try {
                return question.get();
            } catch (LetheException | IllegalStateException e) {
                if (!unavailable(e) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** A stream's failure lies below the exception that reading it throws. */
    private static boolean unavailable(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LetheException.Unavailable) {
                return true;
            }
        }
        return false;
    }
}
