package io.lethe.client.model;

import java.util.List;

/**
 * A placement group.
 *
 * @param devices the one at place i holds chunk i
 * @param state {@code OPEN} or {@code FULL}
 * @param membersUnavailable on devices that cannot be read now
 */
public record PlacementGroupStatus(
        String id,
        int epoch,
        String storageClass,
        int dataChunks,
        int parityChunks,
        List<String> devices,
        String state,
        int membersUnavailable) {
    public PlacementGroupStatus {
        devices = List.copyOf(devices);
    }
}
