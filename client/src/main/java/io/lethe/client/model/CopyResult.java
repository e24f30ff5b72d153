package io.lethe.client.model;

/**
 * A copy made by the server.
 *
 * @param sourceVersionId the version that was copied
 */
public record CopyResult(PutResult stored, String sourceVersionId) {}
