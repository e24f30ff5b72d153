package io.lethe.node.metadata.command;

import io.lethe.node.base.Check;
import io.lethe.node.model.GroupId;
import java.util.List;

/**
 * What whoever takes over a range must know of the partition that gave it up: nothing that it does
 * may lie before what was done there.
 *
 * @param lastOrder of versions: later ones have higher orders
 * @param fence as {@link PartitionCommand.Fence} raised it
 * @param stateMillis the state's time
 * @param copies of its key file that are not known to be wiped, as its heir names them
 * @param kin other partitions that may have keys of its shards, since splits and merges
 */
public record MergeReceipt(
        long lastOrder, long fence, long stateMillis, List<KeyCopy> copies, List<GroupId> kin) {
    /** Copies, and kin: a partition has a handful of each. */
    public static final int MOST_LIST = 10_000;

    public MergeReceipt {
        copies = List.copyOf(copies);
        kin = List.copyOf(kin);
        Check.range("copies", copies.size(), 0, MOST_LIST);
        Check.range("kin", kin.size(), 0, MOST_LIST);
    }
}
