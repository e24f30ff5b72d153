package io.lethe.client.model;

import java.time.Instant;

/**
 * A complete copy of the metadata.
 *
 * @param place a folder, or a bucket
 * @param id later ones are higher
 * @param madeBy node
 * @param groups partitions, and the directory
 * @param outside whether it is out of the cluster's hands
 * @param directoryIndex last entry of the directory's log that it has
 */
public record BackupStatus(
        String place,
        String id,
        String madeBy,
        Instant began,
        Instant ended,
        int groups,
        long rows,
        long bytes,
        boolean outside,
        long directoryIndex) {}
