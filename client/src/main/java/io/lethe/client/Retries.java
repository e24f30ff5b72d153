package io.lethe.client;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts the attempts of one call and says how long to wait, or that it is over. Used by one thread
 * at a time.
 */
final class Retries {
    /** No deadline: in nanoseconds more than any run of a program. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private final Wiring wiring;
    private final String what;
    private final long startNanos;
    private final long allowedNanos;
    private int attempts;
    private int inRow;
    private @Nullable LetheException last;

    /**
     * @param what the call, for messages
     * @param allowedNanos for the whole call, or {@link #UNLIMITED}
     */
    Retries(Wiring wiring, String what, long allowedNanos) {
        this.wiring = wiring;
        this.what = what;
        this.startNanos = wiring.nanos().getAsLong();
        this.allowedNanos = allowedNanos;
    }

    /** What is left of the whole call's time; may be negative. */
    long remainingNanos() {
        return allowedNanos == UNLIMITED
                ? UNLIMITED
                : allowedNanos - (wiring.nanos().getAsLong() - startNanos);
    }

    /**
     * The pause before the next attempt.
     *
     * @param progressed whether the attempt moved the call on, so that it counts anew
     * @param serverPauseMillis the pause that the server asked for, or 0
     * @return nanoseconds; negative: give up with {@link #verdict}
     */
    long pauseNanos(LetheException failure, boolean progressed, long serverPauseMillis) {
        attempts++;
        inRow = progressed ? 1 : inRow + 1;
        boolean outOfTime = remainingNanos() <= 0;
        // The deadline's own failure says less than what came before it.
        if (last == null || !(outOfTime && failure.code() == ErrorCode.DEADLINE)) {
            last = failure;
        }
        if (!failure.retryable() || inRow >= wiring.policy().attempts() || outOfTime) {
            return -1;
        }
        long pause = Math.max(backoffNanos(), TimeUnit.MILLISECONDS.toNanos(serverPauseMillis));
        return remainingNanos() <= pause ? -1 : pause;
    }

    /** Doubled per attempt in a row up to the longest; then random in its upper half. */
    private long backoffNanos() {
        long longest = wiring.policy().longestDelay().toNanos();
        long end = wiring.policy().firstDelay().toNanos();
        for (int i = 1; i < inRow && end < longest; i++) {
            end *= 2;
        }
        end = Math.min(end, longest);
        return end - wiring.jitter().nextLong(end / 2 + 1);
    }

    /** The failure to give up with, which tells of the attempts where there were several. */
    LetheException verdict(LetheException failure) {
        LetheException cause = last == null ? failure : last;
        if (allowedNanos != UNLIMITED && cause.retryable() && attempts > 0 && gaveUpForTime()) {
            return LetheException.of(
                    ErrorCode.DEADLINE,
                    what
                            + " gave up after "
                            + attempts
                            + (attempts == 1 ? " attempt in " : " attempts in ")
                            + seconds()
                            + " s: "
                            + cause.getMessage(),
                    cause.requestId().orElse(""),
                    cause);
        }
        if (attempts > 1 && cause.retryable()) {
            return LetheException.of(
                    cause.code(),
                    what + " failed " + attempts + " times, at last: " + cause.getMessage(),
                    cause.requestId().orElse(""),
                    cause);
        }
        return cause;
    }

    private boolean gaveUpForTime() {
        return inRow < wiring.policy().attempts();
    }

    private String seconds() {
        long millis = TimeUnit.NANOSECONDS.toMillis(wiring.nanos().getAsLong() - startNanos);
        return millis / 1000 + "." + millis % 1000 / 100;
    }
}
