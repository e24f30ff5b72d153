package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;

/**
 * An event that waits for its sink to take it.
 *
 * @param owner whose the bucket is
 * @param sequence ascending among the events of a key
 * @param event as it is called there
 * @param configuration the id of the part of the bucket's configuration that asked for it
 * @param version the order of the version that it is about
 * @param sizeBytes and {@code etag}, of a version that was made; -1 and empty otherwise
 * @param atMillis when it happened
 * @param address from where it was asked for; empty: unknown
 * @param request by which it happened
 */
public record EventRow(
        TenantId owner,
        long sequence,
        String event,
        String configuration,
        String bucketName,
        Bytes key,
        long version,
        boolean nullVersion,
        long sizeBytes,
        String etag,
        long atMillis,
        String principal,
        String address,
        WriteId request) {
    public static final long NO_SIZE = -1;
}
