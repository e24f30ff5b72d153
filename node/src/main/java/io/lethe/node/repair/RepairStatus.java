package io.lethe.node.repair;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PgId;

/**
 * What a device is getting now.
 *
 * @param phase of {@link Transfer}, or CHECK
 * @param segmentsSeen in the lists, in all passes
 * @param bytes that were stored
 */
public record RepairStatus(
        PgId pg,
        int chunk,
        DeviceId device,
        String phase,
        long beganMillis,
        long segmentsSeen,
        long chunksMended,
        long bytes) {}
