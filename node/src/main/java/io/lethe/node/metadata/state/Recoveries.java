package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.metadata.command.DirectoryCommand.RecoverPartition;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionCommand.Recovered;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Recovery;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.List;

/**
 * Decides about partitions whose majority is lost for good: in the directory, that one replica goes
 * on alone; in the partition, by the entry that this replica finds behind the end of its log, that
 * it does. Static and pure.
 */
final class Recoveries {
    private Recoveries() {}

    static DirectoryReply recover(DirectoryDraft draft, RecoverPartition c) {
        PartitionRecord now = Table.PARTITIONS.get(draft.rows, c.partition());
        if (now == null) {
            return invalid("there is no " + c.partition() + "; see `lethe partitions`");
        }
        Recovery before = now.recovery();
        // A record that is still in the epoch which was looked at has another's recovery.
        if (before != null
                && now.mapEpoch() > c.mapEpoch()
                && before.survivor().equals(c.survivor().node())
                && before.generation() == c.mapEpoch() + 1) {
            return DONE;
        }
        if (now.mapEpoch() != c.mapEpoch()) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    now.id() + " is in map epoch " + now.mapEpoch() + ", not " + c.mapEpoch());
        }
        if (!now.voters().contains(c.survivor()) && !mayHave(draft, now, c.survivor())) {
            return invalid(c.survivor() + " has no replica of " + now.id());
        }
        // A survivor may not have given up what it gave up, nor have what it inherited.
        Merges.takeBack(draft, now.id());
        int generation = Math.toIntExact(now.mapEpoch() + 1);
        int voters = Math.max(now.voters().size(), before == null ? 0 : before.voters());
        return draft.put(
                Table.PARTITIONS,
                now.id(),
                new PartitionRecord(
                        now.id(),
                        now.from(),
                        now.to(),
                        List.of(new Replica(c.survivor().node(), generation)),
                        List.of(),
                        now.mapEpoch() + 1,
                        now.division(),
                        now.parent(),
                        new Recovery(
                                c.survivor().node(),
                                c.survivor().generation(),
                                generation,
                                c.lastIndex(),
                                draft.head.stateMillis,
                                voters)));
    }

    /** Who handed its place to a node that never joined may be all that is left. */
    private static boolean mayHave(DirectoryDraft draft, PartitionRecord now, Replica replica) {
        NodeRecord node = Table.NODES.get(draft.rows, replica.node());
        return node != null && !node.removed() && replica.generation() <= now.mapEpoch();
    }

    /**
     * What the lost replicas had acknowledged may be missing: fences, so whoever validated against
     * an older directory must do so again; and versions, so their orders are passed over.
     */
    static PartitionReply recovered(Draft draft, Recovered c) {
        draft.head.fence = Math.max(draft.head.fence, c.directoryIndex());
        draft.head.lastOrder = Math.max(draft.head.lastOrder, c.orderFloor());
        KeyCopies.rename(draft, c.was(), c.is());
        return Replies.DONE;
    }
}
