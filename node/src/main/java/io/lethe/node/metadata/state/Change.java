package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ShardId;
import java.util.List;

/** One change of a state, as {@code decide} orders it and a table replays it. */
public sealed interface Change {
    record Put(Family family, Bytes key, Bytes value) implements Change {}

    record Delete(Family family, Bytes key) implements Change {}

    /** Writes a key-file slot, before the batch of rows. */
    record WriteSlot(ShardGrant grant) implements Change {}

    /** Overwrites a key-file slot in place, both copies. */
    record DestroySlot(ShardId shard) implements Change {}

    /**
     * All changes of one command, applied together, and the reply.
     *
     * @param <R> the group's replies
     */
    record Decision<R>(List<Change> changes, R reply) {
        public Decision {
            changes = List.copyOf(changes);
        }

        public static <R> Decision<R> only(R reply) {
            return new Decision<>(List.of(), reply);
        }
    }
}
