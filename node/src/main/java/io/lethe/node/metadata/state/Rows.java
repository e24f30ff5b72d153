package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ShardId;
import org.jspecify.annotations.Nullable;

/** A group's state as its state machine reads it: one consistent view, never changed by reading. */
public interface Rows {
    @Nullable Bytes get(Family family, Bytes key);

    /**
     * Visits rows in key order until the visitor says stop.
     *
     * @param from inclusive
     * @param to exclusive; empty: to the end
     */
    void scan(Family family, Bytes from, Bytes to, Visitor visitor);

    /** The key-file slot of a shard; null when there is none or it was destroyed. */
    @Nullable ShardGrant slot(ShardId shard);

    /** Sees one row. */
    interface Visitor {
        /** Says how to go on. */
        Step row(Bytes key, Bytes value);
    }

    /** What to do after a row. */
    sealed interface Step {
        /** The next row. */
        Step NEXT = new Next();

        /** No more. */
        Step STOP = new Stop();

        record Next() implements Step {}

        record Stop() implements Step {}

        /** Seek: the next row is the first at or after {@code key}, which must lie ahead. */
        record SkipTo(Bytes key) implements Step {}
    }
}
