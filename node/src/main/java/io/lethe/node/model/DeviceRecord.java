package io.lethe.node.model;

/**
 * A device as the directory knows it.
 *
 * @param freeBytes as last reported, for weights; soft
 * @param leaving its chunks are to be moved off: it gets no new ones, and is read meanwhile
 * @param path its directory on the node; empty: not known, as below {@link
 *     FeatureLevels#DEVICE_PLACES}
 */
public record DeviceRecord(
        DeviceId id,
        NodeId node,
        long capacityBytes,
        long freeBytes,
        State state,
        boolean leaving,
        String path) {
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

    /** One that stays, somewhere. */
    public DeviceRecord(DeviceId id, NodeId node, long capacityBytes, long freeBytes, State state) {
        this(id, node, capacityBytes, freeBytes, state, false, "");
    }

    public DeviceRecord withState(State next) {
        return new DeviceRecord(id, node, capacityBytes, freeBytes, next, leaving, path);
    }

    public DeviceRecord withLeaving(boolean next) {
        return new DeviceRecord(id, node, capacityBytes, freeBytes, state, next, path);
    }

    public DeviceRecord withPath(String next) {
        return new DeviceRecord(id, node, capacityBytes, freeBytes, state, leaving, next);
    }

    /** Whether what it has can be read. */
    public boolean readable() {
        return state != State.UNAVAILABLE && state != State.REMOVED;
    }

    /** Whether its chunks are to be moved off although it is there. */
    public boolean emptying() {
        return leaving || state == State.EVICTED;
    }

    /** Whether new groups and moves may choose it. */
    public boolean wanted() {
        return state == State.WRITABLE && !leaving;
    }
}
