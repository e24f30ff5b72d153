package io.lethe.node.metadata.state;

/**
 * A node that may hold a freshness lease.
 *
 * @param incarnation the process that may hold it
 * @param suspended nothing was granted since this was written; what was granted before may still
 *     run
 */
public record Holder(long incarnation, boolean suspended) {}
