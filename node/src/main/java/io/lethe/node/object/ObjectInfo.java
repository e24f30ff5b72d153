package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.Protection;

/**
 * What is known of a stored version.
 *
 * @param versionId {@code null} in a bucket that was not versioned, else 16 hex digits
 * @param etag without quotes
 * @param storageClass in which it is stored
 * @param otherClass whether that is not its bucket's
 * @param partsCount of a multipart upload; 0 for an object that was stored at once
 * @param protection as it was read; of what was just stored, what was asked for
 * @param latest whether it was the newest version of its key
 */
public record ObjectInfo(
        String key,
        String versionId,
        long sizeBytes,
        String etag,
        Bytes md5,
        Bytes sha256,
        long createdMillis,
        String storageClass,
        boolean otherClass,
        boolean latest,
        Attributes attributes,
        int partsCount,
        Protection protection) {
    ObjectInfo with(Attributes other) {
        return new ObjectInfo(
                key,
                versionId,
                sizeBytes,
                etag,
                md5,
                sha256,
                createdMillis,
                storageClass,
                otherClass,
                latest,
                other,
                partsCount,
                protection);
    }
}
