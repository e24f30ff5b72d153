package io.lethe.node.chunk;

/** The parts of one open device, as they are handed to what works on several of them. */
record DeviceParts(
        DiskSettings settings,
        DiskPorts ports,
        DeviceHealth health,
        DiskCounters counters,
        ExtentIndex index,
        SegmentRules rules,
        Tombstones tombstones,
        Damage damage,
        DataFiles files,
        Space space,
        OpenExtents open,
        KeyLocks keys,
        Reclaimer reclaimer,
        Eraser eraser,
        Checkpoints checkpoints) {
    long nowMillis() {
        return ports.clock().wallMillis();
    }
}
