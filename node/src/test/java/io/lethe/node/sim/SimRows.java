package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.ShardId;
import org.jspecify.annotations.Nullable;

/** The rows that a node's replica has at the moment, also after its table was replaced. */
final class SimRows implements Rows {
    private final SimGroup group;
    private final int node;

    SimRows(SimGroup group, int node) {
        this.group = group;
        this.node = node;
    }

    private MapRows rows() {
        SimGroup.Replica replica = group.on(node);
        if (replica == null) {
            throw new IllegalStateException("node " + node + " has no replica of " + group.id);
        }
        return replica.rows;
    }

    @Override
    public @Nullable Bytes get(Family family, Bytes key) {
        return rows().get(family, key);
    }

    @Override
    public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
        rows().scan(family, from, to, visitor);
    }

    @Override
    public @Nullable ShardGrant slot(ShardId shard) {
        return rows().slot(shard);
    }
}
