package io.lethe.client.model;

/**
 * A device.
 *
 * @param state {@code WRITABLE}, {@code UNAVAILABLE}, {@code FULL}, {@code REMOVED}, {@code SLOW}
 *     or {@code EVICTED}
 * @param corruptChunks do not match their checksums and are not rebuilt yet
 * @param missingFiles data files that the index names and that are gone or too short
 * @param fault what is wrong and what to do; empty: nothing
 * @param reported false: its node did not answer, and path, counts and fault are not known
 * @param placementGroups that it holds chunks of, or gets some of: at 0 it may be removed
 * @param leaving its chunks are being moved off
 */
public record DeviceStatus(
        String id,
        String node,
        String path,
        String state,
        long capacityBytes,
        long freeBytes,
        long chunks,
        long corruptChunks,
        long missingFiles,
        String fault,
        boolean reported,
        int placementGroups,
        boolean leaving) {}
