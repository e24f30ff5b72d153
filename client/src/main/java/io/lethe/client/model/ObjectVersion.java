package io.lethe.client.model;

import java.time.Instant;
import java.util.Map;

/**
 * One version of an object, without its bytes.
 *
 * @param versionId opaque; never changes and never names other bytes
 * @param etag without quotes
 * @param sha256 64 hex digits; empty for a delete marker, under a customer's key, and in listings
 *     for what was uploaded in parts
 * @param md5 32 hex digits; empty for a delete marker, under a customer's key, and in listings
 * @param sizeBytes length
 * @param contentType empty in listings, like {@code metadata} and {@code tags}
 * @param storageClass the class it was written with
 * @param deleteMarker true where this says that the key was deleted
 * @param latest true where it is the key's newest version
 */
public record ObjectVersion(
        String key,
        String versionId,
        String etag,
        String sha256,
        String md5,
        long sizeBytes,
        Instant lastModified,
        String contentType,
        Map<String, String> metadata,
        Map<String, String> tags,
        String storageClass,
        boolean deleteMarker,
        boolean latest)
        implements ListEntry {
    public ObjectVersion {
        metadata = Map.copyOf(metadata);
        tags = Map.copyOf(tags);
    }

    @Override
    public String name() {
        return key;
    }
}
