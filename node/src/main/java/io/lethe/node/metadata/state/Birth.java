package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.ShardGrant;
import java.util.List;

/**
 * What makes the child of a split of its parent's rows, as they were before the split: all rows but
 * those of {@link #CLEARED}, with these changes; and these slots, byte for byte, and no others. Its
 * table's position is that of the snapshot at which its group begins.
 */
public record Birth(List<Change> changes, List<ShardGrant> slots) {
    /** What is garbage stays the parent's, so that nothing is reclaimed twice. */
    public static final Family CLEARED = Family.GARBAGE;

    /** Index at which the child's group begins; its term is 1 too. */
    public static final long INDEX = 1;

    public Birth {
        changes = List.copyOf(changes);
        slots = List.copyOf(slots);
    }
}
