package io.lethe.client.model;

import java.time.Instant;

/**
 * A bucket.
 *
 * @param storageClass for objects that do not choose one
 */
public record Bucket(String name, String storageClass, Versioning versioning, Instant created) {}
