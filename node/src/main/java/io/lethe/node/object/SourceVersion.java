package io.lethe.node.object;

/**
 * What a copy reads. The reader may be another caller than the copy's writer: the copy of another
 * tenant's object, which a door has allowed.
 *
 * @param versionId empty for the current version
 */
public record SourceVersion(Caller reader, String bucket, String key, String versionId) {}
