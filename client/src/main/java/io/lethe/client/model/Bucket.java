package io.lethe.client.model;

import java.time.Instant;

/**
 * A bucket.
 *
 * @param storageClass for objects that do not choose one
 * @param recoding some of what is stored may still be in another class, from before it was changed
 */
public record Bucket(
        String name,
        String storageClass,
        Versioning versioning,
        Instant created,
        boolean recoding) {}
