package io.lethe.node.metadata.command;

import io.lethe.node.base.Check;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;

/**
 * A copy of a partition's shard keys, by where it lies. It is registered in the partition before it
 * is made, and comes off only by the receipt of its wipe, so that a purge knows every place where a
 * destroyed key could still be.
 *
 * @param kind what it is
 * @param node where it lies
 * @param number of a replica: its generation; of one that was merged: its partition and its
 *     generation; of others: random, one for each copy
 */
public record KeyCopy(Kind kind, NodeId node, long number) {
    /** What a copy is. */
    public enum Kind {
        /**
         * Everything that one replica has: its key file, and what it stages for a snapshot that it
         * loads. Both are one row, because a voter that lags may have to be brought up before the
         * partition can commit anything, its registration too.
         */
        REPLICA,
        /** Made to be carried elsewhere. */
        EXPORT,
        /** Kept with a backup in the store, under a key in the directory. */
        BACKUP,
        /** With a backup elsewhere: what becomes of it is nobody's to prove. */
        DECLARED,
        /** Of a replica of a partition that was merged into this one: it is still to be wiped. */
        MERGED
    }

    public KeyCopy {
        Check.range("copy number", number, 0, Long.MAX_VALUE);
    }

    /** A replica of another partition, whose range is this one's now. */
    public static KeyCopy merged(GroupId giver, NodeId node, long generation) {
        return new KeyCopy(Kind.MERGED, node, (long) giver.value() << Integer.SIZE | generation);
    }

    /** Whose replica had it; of one that was merged. */
    public GroupId giver() {
        return new GroupId((int) (number >>> Integer.SIZE));
    }

    public static KeyCopy replica(NodeId node, int generation) {
        return new KeyCopy(Kind.REPLICA, node, generation);
    }
}
