package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.BeginSplit;
import io.lethe.node.metadata.command.DirectoryCommand.EndSplit;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Division;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.Setback;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides about the records of partitions that are split: whole → named as divided (BeginSplit) →
 * two records, or whole again (EndSplit). A child's number is used once.
 */
final class Divisions {
    /** Every node holds the map: some 30 MiB of it at the most. */
    static final int MOST_PARTITIONS = 100_000;

    private Divisions() {}

    static DirectoryReply begin(DirectoryDraft draft, BeginSplit c) {
        PartitionRecord now = Table.PARTITIONS.get(draft.rows, c.partition());
        if (now == null || now.id().isDirectory()) {
            return invalid("there is no " + c.partition() + " to split; see `lethe partitions`");
        }
        Division division = now.division();
        if (division != null
                && now.mapEpoch() == c.mapEpoch() + 1
                && division.separator().equals(c.separator())) {
            return DONE;
        }
        if (now.mapEpoch() != c.mapEpoch()) {
            return stale(now, c.mapEpoch());
        }
        if (division != null) {
            return refused(ErrorCode.UNAVAILABLE, now.id() + " is being split already");
        }
        DirectoryReply merging = Merges.refusal(draft, now.id());
        if (merging != null) {
            return merging;
        }
        if (c.separator().compareTo(now.from()) <= 0 || !now.covers(c.separator())) {
            return invalid(c.separator() + " does not divide the range of " + now.id());
        }
        List<PartitionRecord> all = Table.PARTITIONS.records(draft.rows);
        if (all.size() >= MOST_PARTITIONS) {
            return refused(
                    ErrorCode.OVERLOADED, "there are " + all.size() + " partitions, the most");
        }
        Division next = new Division(c.separator(), new GroupId(highest(draft.rows) + 1));
        return draft.put(Table.PARTITIONS, now.id(), with(now, now.to(), next));
    }

    /** The highest number that a partition has or had, or may have had before a setback. */
    static int highest(Rows rows) {
        String before = Table.SETTINGS.get(rows, Setback.PARTITIONS);
        int floor = before == null ? 0 : Integer.parseInt(before);
        return Table.PARTITIONS.records(rows).stream()
                .mapToInt(Divisions::highest)
                .reduce(Math.max(floor, Merges.highest(rows)), Math::max);
    }

    /** The highest number that a record names, also that of a split which may be taken back. */
    private static int highest(PartitionRecord record) {
        Division division = record.division();
        return Math.max(record.id().value(), division == null ? 0 : division.child().value());
    }

    private static PartitionRecord with(
            PartitionRecord now, Bytes to, @Nullable Division division) {
        return new PartitionRecord(
                now.id(),
                now.from(),
                to,
                now.voters(),
                now.learners(),
                now.mapEpoch() + 1,
                division,
                now.parent(),
                now.recovery());
    }

    static DirectoryReply end(DirectoryDraft draft, EndSplit c) {
        PartitionRecord now = Table.PARTITIONS.get(draft.rows, c.partition());
        Division division = now == null ? null : now.division();
        if (now == null || division == null || now.mapEpoch() != c.mapEpoch()) {
            boolean over = now != null && division == null && now.mapEpoch() == c.mapEpoch() + 1;
            return over || now == null ? DONE : stale(now, c.mapEpoch());
        }
        if (!c.done()) {
            return draft.put(Table.PARTITIONS, now.id(), with(now, now.to(), null));
        }
        PartitionRecord.Recovery recovery = now.recovery();
        var _ =
                draft.put(
                        Table.PARTITIONS,
                        division.child(),
                        new PartitionRecord(
                                division.child(),
                                division.separator(),
                                now.to(),
                                now.voters().stream().map(v -> new Replica(v.node(), 0)).toList(),
                                List.of(),
                                1,
                                null,
                                now.id(),
                                recovery == null ? null : recovery.inherited()));
        return draft.put(Table.PARTITIONS, now.id(), with(now, division.separator(), null));
    }

    private static DirectoryReply stale(PartitionRecord now, long mapEpoch) {
        return refused(
                ErrorCode.STALE_EPOCH,
                now.id() + " is in map epoch " + now.mapEpoch() + ", and not in " + mapEpoch);
    }
}
