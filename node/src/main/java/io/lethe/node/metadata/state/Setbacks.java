package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.DirectoryCommand.RecoveredDirectory;
import io.lethe.node.metadata.command.DirectoryCommand.RestoredCluster;
import io.lethe.node.metadata.command.DirectoryCommand.SetReclaim;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.RecordCodec;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Recovery;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Setback;
import java.util.List;

/**
 * Decides what a directory does that finds itself at an earlier state than it had: whatever it gave
 * out in between must not be given out again for something else, and is not known any more. Static
 * and pure.
 *
 * <pre>
 * placement groups    numbers that may have been given out are passed over; those that are open
 *                     take no more, since a member may have left them; new ones are made
 * their epochs        that may have been reached are passed over: a member that was left refuses
 *                     writes of all epochs before, and could never be given its chunks again
 * partitions          numbers, and map epochs, by which replicas are named, are passed over
 * unknown chunks      stay until an operator says that they may go ({@link Setback#RECLAIM})
 * </pre>
 *
 * <p>Chunks that lie where forgotten moves took them go from there to the members, and are removed
 * only once those have them: healers see to it.
 */
final class Setbacks {
    /** A thousand groups a day for three years. */
    static final long GROUPS_PASSED_OVER = 1L << 20;

    /** Far more splits than a cluster has partitions. */
    static final int PARTITIONS_PASSED_OVER = 1 << 16;

    /** Far more replicas than a partition can have got while one copy of the directory slept. */
    static final long EPOCHS_PASSED_OVER = 1_000;

    private Setbacks() {}

    static DirectoryReply recovered(DirectoryDraft draft, RecoveredDirectory c) {
        passOver(draft);
        for (PartitionRecord one : Table.PARTITIONS.records(draft.rows)) {
            // A split names its epoch.
            if (!one.id().isDirectory() && one.division() == null) {
                var _ =
                        draft.put(
                                Table.PARTITIONS,
                                one.id(),
                                inEpoch(one, one.mapEpoch() + EPOCHS_PASSED_OVER));
            }
        }
        Setback.Recovered setback =
                new Setback.Recovered(c.survivor(), c.lastIndex(), draft.head.stateMillis);
        return draft.put(Table.SETTINGS, Setback.Recovered.SETTING, setback.text());
    }

    /**
     * Every partition goes on from the replica that was made of the backup, on one node. What old
     * nodes may hold is void: tickets, since their keys are gone; leases, since nobody holds one;
     * replicas, since none has the generation. The coordination service may have begun anew, and
     * with it the epochs of controllers.
     */
    static DirectoryReply restored(DirectoryDraft draft, RestoredCluster c) {
        passOver(draft);
        draft.head.controllerEpoch = 0;
        for (int key : Accounts.ticketKeyIds(draft.rows)) {
            var _ = draft.delete(Table.TICKET_KEYS, key);
        }
        for (Table.Row<Holder> row : Table.HOLDERS.all(draft.rows)) {
            var _ = draft.delete(Table.HOLDERS, FieldReader.whole(row.key(), RecordCodec::nodeId));
        }
        // Both sides come back as they were copied, which may be before they agreed on it.
        Merges.underWay(draft.rows).forEach(one -> Merges.takeBack(draft, one.giver()));
        for (PartitionRecord one : Table.PARTITIONS.records(draft.rows)) {
            if (!one.id().isDirectory()) {
                var _ = draft.put(Table.PARTITIONS, one.id(), of(one, c, draft));
            }
        }
        Setback.Restored setback =
                new Setback.Restored(c.backup(), c.backupMillis(), draft.head.stateMillis);
        return draft.put(Table.SETTINGS, Setback.Restored.SETTING, setback.text());
    }

    private static PartitionRecord of(
            PartitionRecord one, RestoredCluster c, DirectoryDraft draft) {
        Recovery before = one.recovery();
        return new PartitionRecord(
                one.id(),
                one.from(),
                one.to(),
                List.of(new Replica(c.node(), c.generation())),
                List.of(),
                c.generation(),
                // No copy in a backup has come to it, and nodes may have replicas of that child.
                null,
                one.parent(),
                new Recovery(
                        c.node(),
                        c.generation() - 1,
                        c.generation(),
                        0,
                        draft.head.stateMillis,
                        Math.max(one.voters().size(), before == null ? 0 : before.voters())));
    }

    static DirectoryReply setReclaim(DirectoryDraft draft, SetReclaim c) {
        return c.on()
                ? draft.delete(Table.SETTINGS, Setback.RECLAIM)
                : draft.put(Table.SETTINGS, Setback.RECLAIM, Setback.OFF);
    }

    private static void passOver(DirectoryDraft draft) {
        var _ = draft.put(Table.SETTINGS, Setback.RECLAIM, Setback.OFF);
        int partition = Divisions.highest(draft.rows) + PARTITIONS_PASSED_OVER;
        var _ = draft.put(Table.SETTINGS, Setback.PARTITIONS, Integer.toString(partition));
        draft.head.lastPg += GROUPS_PASSED_OVER;
        for (PlacementGroup pg : Table.PLACEMENT_GROUPS.records(draft.rows)) {
            var _ = draft.put(Table.PLACEMENT_GROUPS, pg.id(), pg.afterSetback());
        }
    }

    private static PartitionRecord inEpoch(PartitionRecord one, long mapEpoch) {
        return new PartitionRecord(
                one.id(),
                one.from(),
                one.to(),
                one.voters(),
                one.learners(),
                mapEpoch,
                one.division(),
                one.parent(),
                one.recovery());
    }
}
