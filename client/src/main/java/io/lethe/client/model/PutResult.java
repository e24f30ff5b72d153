package io.lethe.client.model;

import java.time.Instant;

/**
 * A version that was stored, durably, before this was returned.
 *
 * @param etag without quotes
 * @param sha256 64 hex digits, computed by the server
 * @param md5 32 hex digits, computed by the server
 */
public record PutResult(
        String versionId,
        String etag,
        String sha256,
        String md5,
        long sizeBytes,
        Instant created) {}
