package io.lethe.node.model;

import java.util.List;

/**
 * An ordered list of k+m devices in distinct failure domains; member i holds chunk i.
 *
 * @param epoch raised by one at each step of a member's move
 */
public record PlacementGroup(
        PgId id,
        int epoch,
        String storageClass,
        Scheme scheme,
        List<DeviceId> members,
        State state) {
    /** Whether new segments may be placed. */
    public enum State {
        OPEN,
        /** Takes no more segments. */
        FULL
    }

    public PlacementGroup {
        members = List.copyOf(members);
        if (members.size() != scheme.width()) {
            throw new IllegalArgumentException(
                    id
                            + " has "
                            + members.size()
                            + " members, and "
                            + scheme
                            + " needs "
                            + scheme.width());
        }
    }
}
