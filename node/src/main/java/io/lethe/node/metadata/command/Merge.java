package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.GroupId;

/**
 * A partition whose range goes over to a neighbour, as the directory has it.
 *
 * @param giver that has nothing and goes
 * @param heir that gets its range
 * @param since directory index of the order, by which this merge is told from others of the same
 */
public record Merge(GroupId giver, GroupId heir, long since) {
    /**
     * One that is over: the giver is no more, and its number is never used again.
     *
     * @param from the giver's range, as it was
     * @param to exclusive; empty: to the end
     * @param recoveredMillis when it last lost its majority for good: what was purged there before
     *     is proven for some copies only; 0: it never did
     */
    public record Done(
            Merge merge, Bytes from, Bytes to, long recoveredMillis, MergeReceipt receipt) {
        public GroupId heir() {
            return merge.heir();
        }
    }
}
