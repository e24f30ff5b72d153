package io.lethe.client;

import java.time.Duration;

/**
 * How a call is repeated.
 *
 * @param attempts most attempts in a row without progress, the first one included; a download that
 *     received bytes counts anew
 * @param firstDelay upper end of the first pause; each pause is uniformly random from half of its
 *     upper end to all of it, so that clients do not return together
 * @param longestDelay bound on the doubled pauses
 * @param attemptTimeout time for one attempt of a call that is not a transfer
 * @param stallTimeout time in which a transfer must move at least one byte while it waits for the
 *     server
 */
public record RetryPolicy(
        int attempts,
        Duration firstDelay,
        Duration longestDelay,
        Duration attemptTimeout,
        Duration stallTimeout) {
    /**
     * Nine attempts over some 10 s: longer than the five seconds that an election may take. Ten
     * seconds per attempt, so that a node which hangs is left for another within the usual
     * deadline; thirty for a transfer, since a gateway may hold a write back under load.
     */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(
                    9,
                    Duration.ofMillis(50),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30));

    /** One attempt only. */
    public static final RetryPolicy NONE =
            new RetryPolicy(
                    1,
                    Duration.ofMillis(50),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30));

    private static final int MOST_ATTEMPTS = 1000;

    public RetryPolicy {
        if (attempts < 1 || attempts > MOST_ATTEMPTS) {
            throw new IllegalArgumentException(
                    "attempts is " + attempts + ", and must be from 1 to " + MOST_ATTEMPTS);
        }
        positive("first delay", firstDelay);
        positive("longest delay", longestDelay);
        positive("attempt time-out", attemptTimeout);
        positive("stall time-out", stallTimeout);
    }

    private static void positive(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(
                    name + " is " + duration + ", and must be more than nothing");
        }
    }
}
