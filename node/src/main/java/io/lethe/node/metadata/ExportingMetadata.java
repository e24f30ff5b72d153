package io.lethe.node.metadata;

import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;

/** The metadata, and the state of each group piece by piece. Safe for any thread. */
public interface ExportingMetadata extends Metadata {
    /**
     * The first piece of a group's state, of a replica that has all that was acknowledged.
     *
     * @param id never used before
     */
    MetadataResponse.Exported export(GroupId group, Id128 id, long deadlineNanos)
            throws InterruptedException;

    /** The piece behind another one. */
    MetadataResponse.Exported export(
            GroupId group, Id128 id, MetadataResponse.Exported before, long deadlineNanos)
            throws InterruptedException;
}
