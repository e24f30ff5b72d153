package io.lethe.node;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.metadata.command.PartitionCommand.Founder;
import io.lethe.node.metadata.command.PartitionCommand.Split;
import io.lethe.node.metadata.raft.RaftHost;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.metadata.state.Birth;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this node's replicas of partitions that are split off: each once, by the thread that
 * applies the parent's log, before that goes on; or, where the parent's replica here came past the
 * split by a snapshot, not at all: then it is opened empty, as one that joins.
 *
 * <p>Whoever makes or opens a child holds this object's lock, so that none is made twice.
 */
final class SplitChildren {
    private static final Logger log = LoggerFactory.getLogger(SplitChildren.class);

    private static final int FIRST_GENERATION = 0;

    private final NodeId self;
    private final ReplicaFolders folders;
    private final RaftHost host;

    SplitChildren(NodeId self, ReplicaFolders folders, RaftHost host) {
        this.self = self;
        this.folders = folders;
        this.host = host;
    }

    private static Place place(GroupId child) {
        return new Place(child, FIRST_GENERATION);
    }

    /** On the parent's apply thread. */
    synchronized void bear(RocksTable parent, Split split, Birth birth) throws IOException {
        Place place = place(split.child());
        boolean founds = split.founders().stream().anyMatch(one -> one.node().equals(self));
        if (!founds || folders.wasHere(place)) {
            return;
        }
        List<RaftPeer> voters = split.founders().stream().map(SplitChildren::peer).toList();
        host.found(
                new ReplicaSpec(split.child(), FIRST_GENERATION, true, voters, List.of()),
                Birth.INDEX,
                folder -> parent.bear(folders.table(place), split.child(), birth, folder));
        folders.know(place);
        log.info("{} of {} is made here", split.child(), split.parent());
    }

    private static RaftPeer peer(Founder founder) {
        return new RaftPeer(founder.host(), founder.port(), FIRST_GENERATION);
    }

    /**
     * Whether a replica that is not here yet is to be made by the parent's log, which has not come
     * to the split.
     *
     * @param parent its table here; null: it is not open here
     */
    boolean waits(PartitionRecord child, int generation, @Nullable RocksTable parent) {
        return generation == FIRST_GENERATION
                && parent != null
                && !folders.wasHere(place(child.id()))
                && !parent.read(view -> PartitionState.isBeyond(view.rows(), child.from()));
    }
}
