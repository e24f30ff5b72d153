package io.lethe.node.model;

/**
 * A device as the directory knows it.
 *
 * @param freeBytes as last reported, for weights; soft
 */
public record DeviceRecord(
        DeviceId id, NodeId node, long capacityBytes, long freeBytes, State state) {
    /** Set by the controller. Only {@code WRITABLE} devices get new segments. */
    public enum State {
        WRITABLE,
        /** Its node is away, or it was reported as failing. */
        UNAVAILABLE,
        /** No room: reads and deletes only. */
        FULL,
        /** Failed for good or taken out: comes back only empty, under a new id. */
        REMOVED,
        /** Far slower than others: read and deleted from, and nothing new is put there. */
        SLOW,
        /** Slow for so long that its chunks are to be moved off; it may become quick again. */
        EVICTED
    }
}
