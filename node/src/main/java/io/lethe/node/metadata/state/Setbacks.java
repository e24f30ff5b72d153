package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.DirectoryCommand.RecoveredDirectory;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Setback;

/**
 * Decides what a directory does that finds itself at an earlier state than it had: whatever it gave
 * out in between must not be given out again for something else, and is not known any more. Static
 * and pure.
 *
 * <pre>
 * placement groups    numbers that may have been given out are passed over; those that are open
 *                     take no more, since a member may have left them; new ones are made
 * partitions          map epochs, by which replicas are named, are passed over
 * </pre>
 *
 * <p>Epochs of groups stay: chunks of a later one are nobody's business then, and stay too.
 */
final class Setbacks {
    /** A thousand groups a day for three years. */
    static final long GROUPS_PASSED_OVER = 1L << 20;

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

    private static void passOver(DirectoryDraft draft) {
        draft.head.lastPg += GROUPS_PASSED_OVER;
        for (PlacementGroup pg : Table.PLACEMENT_GROUPS.records(draft.rows)) {
            if (pg.state() == PlacementGroup.State.OPEN) {
                var _ =
                        draft.put(
                                Table.PLACEMENT_GROUPS,
                                pg.id(),
                                pg.withState(PlacementGroup.State.FULL));
            }
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
