package io.lethe.node.model;

/**
 * A named scheme that buckets choose.
 *
 * @param quorumAll true where a write is acknowledged only when every chunk is durable
 */
public record StorageClass(String name, Scheme scheme, boolean quorumAll) {}
