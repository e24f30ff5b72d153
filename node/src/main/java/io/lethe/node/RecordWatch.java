package io.lethe.node;

import io.lethe.node.metadata.GroupState;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.table.Position;
import java.util.List;

/**
 * Passes on what happens to the directory, and says afterwards when a partition's record changed:
 * replicas are opened then and not a worker's pause later. On the apply thread.
 */
record RecordWatch(GroupState.Listener next, Runnable changed) implements GroupState.Listener {
    @Override
    public void applied(Position position, List<Change> changes) {
        next.applied(position, changes);
        for (Change change : changes) {
            if (change instanceof Change.Put put && put.family() == Family.PARTITIONS) {
                changed.run();
                return;
            }
        }
    }

    @Override
    public void replaced(Position position) {
        next.replaced(position);
        changed.run();
    }
}
