package io.lethe.client.model;

/**
 * What a delete did.
 *
 * @param deleteMarker true where a marker was made, or the removed version was one
 * @param versionId of the marker or of the removed version; empty where there was nothing
 */
public record DeleteResult(boolean deleteMarker, String versionId) {}
