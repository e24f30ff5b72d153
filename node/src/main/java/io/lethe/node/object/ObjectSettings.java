package io.lethe.node.object;

import java.time.Duration;

/**
 * The object path's configuration.
 *
 * @param inlineMostBytes objects up to this size live in their partition
 * @param writeGrace how long a write waits for its last chunks once a quorum is durable
 * @param writeLease how long an open write lives without a renewal
 * @param uploadBytes of cells that all uploads hold together; each holds {@code 2 (k + m) + k}
 * @param downloadBytes of cells that all downloads hold together; each holds two batches of at most
 *     4 MiB
 * @param reclaimDelay how long garbage waits, so that no reader's ticket can name it
 * @param orphanAge how old an unresolved chunk must be before its write is asked for
 * @param substituteAfter how long an under-protected segment waits for its device before it is
 *     written anew
 * @param leastPartBytes of a multipart upload's parts but the last; S3's 5 MiB
 */
public record ObjectSettings(
        int inlineMostBytes,
        Duration writeGrace,
        Duration writeLease,
        long uploadBytes,
        long downloadBytes,
        Duration reclaimDelay,
        Duration orphanAge,
        Duration substituteAfter,
        long leastPartBytes) {
    public static ObjectSettings defaults() {
        return new ObjectSettings(
                16 * 1024,
                Duration.ofMillis(250),
                Duration.ofSeconds(90),
                96L << 20,
                96L << 20,
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(15),
                5L << 20);
    }
}
