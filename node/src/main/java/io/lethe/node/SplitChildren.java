package io.lethe.node;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.metadata.GroupState;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this node's replicas of partitions that are split off: each once, by the thread that
 * applies the parent's log, before that goes on; or, where the parent's replica here came past the
 * split by a snapshot, not at all: then it is opened empty, as one that joins.
 *
 * <p>Whoever makes or opens a child holds this object's lock, so that none is made twice, or in the
 * place of a later generation.
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

    /**
     * What a parent's log makes, on its apply thread.
     *
     * @param parent its table here
     * @param merged whether a partition is no more
     */
    GroupState.Offspring of(RocksTable parent, Predicate<GroupId> merged) {
        return (split, birth) -> bear(parent, split, birth, merged);
    }

    /**
     * A log that is replayed late may come to a split whose child has gone on without this founder:
     * with a later generation here, or into a neighbour.
     */
    private synchronized void bear(
            RocksTable parent, Split split, Birth birth, Predicate<GroupId> merged)
            throws IOException {
        GroupId child = split.child();
        Place place = place(child);
        boolean founds = split.founders().stream().anyMatch(one -> one.node().equals(self));
        if (!founds || folders.wasHere(place)) {
            return;
        }
        boolean over = merged.test(child) || folders.wasHere(child);
        if (over || !found(parent, split, birth)) {
            folders.leave(place);
            log.info("{} of {} is not made here: it went on without this", child, split.parent());
            return;
        }
        folders.know(place);
        log.info("{} of {} is made here", child, split.parent());
    }

    private boolean found(RocksTable parent, Split split, Birth birth) throws IOException {
        GroupId child = split.child();
        List<RaftPeer> voters = split.founders().stream().map(SplitChildren::peer).toList();
        return host.found(
                new ReplicaSpec(child, FIRST_GENERATION, true, voters, List.of()),
                Birth.INDEX,
                folder -> parent.bear(folders.table(place(child)), child, birth, folder));
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
