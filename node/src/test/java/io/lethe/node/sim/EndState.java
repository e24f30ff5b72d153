package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.PartitionInvariants;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What must hold once faults have stopped and the background work has had its time. */
final class EndState {
    /** First byte of the keys of PARTS that have something swept. */
    private static final int SWEEP = 5;

    /** First byte of the keys of OUTBOX that are events. */
    private static final int EVENT = 1;

    private final SimCluster cluster;

    EndState(SimCluster cluster) {
        this.cluster = cluster;
    }

    /** What has not converged yet; empty when everything has. */
    String lacking() {
        for (SimGroup group : cluster.groups.values()) {
            if (isOver(group)) {
                if (group.replicas.stream().anyMatch(one -> !one.wiped)) {
                    return group.id + " was merged and not wiped: " + cluster.unwiped(group);
                }
                continue;
            }
            if (group.leader() == null) {
                return group.id + " has no leader";
            }
            for (SimGroup.Replica replica : group.replicas) {
                if (!replica.born || replica.applied < group.lastIndex()) {
                    return "a replica of " + group.id + " is behind";
                }
            }
        }
        for (PlacementGroup pg : Checks.newestDirectory(cluster).placementGroups()) {
            if (pg.move() != null || !cluster.devices.keySet().containsAll(pg.members())) {
                return pg + " is not whole; " + Checks.newestDirectory(cluster).devices();
            }
        }
        for (SimGroup group : cluster.groups.values()) {
            boolean none = group.id.isDirectory() || isOver(group);
            String lacking = none ? "" : lackingIn(group);
            if (!lacking.isEmpty()) {
                return lacking;
            }
        }
        String ranges = rangesOff();
        if (!ranges.isEmpty()) {
            return ranges;
        }
        for (DeviceRecord device : Checks.newestDirectory(cluster).devices()) {
            if (device.path().isEmpty() && cluster.devices.containsKey(device.id())) {
                return "nobody knows where " + device + " lies";
            }
        }
        for (BucketRecord bucket : buckets()) {
            if (bucket.state() != BucketRecord.State.ACTIVE) {
                return "bucket " + bucket.name() + " is still " + bucket.state();
            }
        }
        return chunksOff();
    }

    private boolean isOver(SimGroup group) {
        return Checks.newestDirectory(cluster).merged(group.id).isPresent();
    }

    /** Splits and merges that are not over, and keys that nobody has, or two. */
    private String rangesOff() {
        DirectoryReader reader = Checks.newestDirectory(cluster);
        if (!reader.merges().isEmpty()) {
            return "merges are under way: " + reader.merges();
        }
        Bytes end = Bytes.EMPTY;
        List<PartitionRecord> partitions =
                reader.partitions().stream()
                        .sorted(Comparator.comparing(PartitionRecord::from))
                        .toList();
        for (PartitionRecord partition : partitions) {
            if (partition.division() != null) {
                return partition + " is being split";
            }
            if (!partition.from().equals(end)) {
                return "between " + end + " and " + partition + " keys are nobody's, or two's";
            }
            end = partition.to();
            SimGroup group = cluster.groups.get(partition.id());
            var standing =
                    group == null
                            ? "none"
                            : PartitionState.answer(
                                    Checks.newest(group).rows, new PartitionQuery.MergeState());
            boolean same =
                    standing instanceof PartitionAnswer.MergeStanding s
                            && s.givenUpSince() == 0
                            && s.from().equals(partition.from())
                            && s.to().equals(end);
            if (!same) {
                return partition + " stands otherwise: " + standing;
            }
        }
        return end.isEmpty() ? "" : "behind " + end + " keys are nobody's";
    }

    private List<BucketRecord> buckets() {
        DirectoryReader reader = Checks.newestDirectory(cluster);
        return reader.buckets(SimCluster.TENANT, "", 1000);
    }

    private static String lackingIn(SimGroup group) {
        var figures = Checks.figures(group);
        var standing =
                PartitionState.answer(Checks.newest(group).rows, new PartitionQuery.SplitState());
        if (!standing.equals(new PartitionAnswer.SplitStanding(0, 0))) {
            return group.id + " is not whole after a split: " + standing;
        }
        boolean swept =
                Checks.newest(group).rows.family(Family.PARTS).keySet().stream()
                        .noneMatch(key -> key.at(0) == SWEEP);
        if (!swept) {
            return group.id + " has parts to sweep";
        }
        boolean told =
                Checks.newest(group).rows.family(Family.OUTBOX).keySet().stream()
                        .noneMatch(key -> key.at(0) == EVENT);
        if (!told) {
            return group.id + " has events to tell";
        }
        return figures.openWrites() + figures.garbageSegments() + figures.underprotected() == 0
                ? ""
                : group.id
                        + " has "
                        + figures.openWrites()
                        + " open writes, "
                        + figures.garbageSegments()
                        + " segments of garbage, "
                        + figures.underprotected()
                        + " under-protected";
    }

    /** Every version of every bucket, with its body. */
    private List<VersionRow> versions(SimGroup group) {
        List<VersionRow> rows = new ArrayList<>();
        var table = Checks.newest(group).rows;
        for (BucketRecord bucket : buckets()) {
            var ask =
                    new PartitionQuery.ListKeys(
                            bucket.id(), Bytes.EMPTY, Bytes.EMPTY, 0, Bytes.EMPTY, true, 1000);
            if (PartitionState.answer(table, ask) instanceof PartitionAnswer.Page page) {
                for (VersionRow listed : page.rows()) {
                    var which = new PartitionCommand.Which.Order(listed.order());
                    var find = new PartitionQuery.Find(bucket.id(), listed.key(), which);
                    if (PartitionState.answer(table, find)
                                    instanceof PartitionAnswer.Found(VersionRow row, var _)
                            && row != null) {
                        rows.add(row);
                    }
                }
            }
        }
        return rows;
    }

    /** Chunks that are lacking on a device, or that no version names. */
    private String chunksOff() {
        Set<String> named = new TreeSet<>();
        Set<String> allowed = new TreeSet<>();
        DirectoryReader reader = Checks.newestDirectory(cluster);
        for (SimGroup group : cluster.groups.values()) {
            List<VersionRow> rows = group.id.isDirectory() ? List.of() : versions(group);
            for (VersionRow row : rows) {
                segments(group, row).forEach(one -> name(one, reader, named, allowed));
            }
        }
        for (SimDevice device : cluster.devices.values()) {
            for (ChunkStore.ChunkInfo info : device.store.list(null, null, 100_000)) {
                String chunk = device.id + "/" + info.key();
                named.remove(chunk);
                if (!allowed.contains(chunk)) {
                    return "no version names chunk "
                            + info
                            + " on device "
                            + device.id
                            + " of "
                            + reader.placementGroup(info.key().pg());
                }
            }
        }
        for (SimDevice device : cluster.devices.values()) {
            if (!device.store.rotten().isEmpty()) {
                return "nobody has mended " + device.id + "/" + device.store.rotten();
            }
        }
        return named.isEmpty() ? "" : "lost chunks: " + named;
    }

    private static List<SegmentRef> segments(SimGroup group, VersionRow row) {
        return switch (row.body() == null ? null : row.body().placement()) {
            case null -> List.of();
            case Placement.Inline _ -> List.of();
            case Placement.Segments(var segments) -> segments;
            case Placement.Parts(long upload, int _) -> {
                UploadRef ref = new UploadRef(row.bucket(), row.key(), upload, row.write());
                PartitionAnswer answer =
                        PartitionState.answer(
                                Checks.newest(group).rows,
                                new PartitionQuery.SegmentsAt(ref, 0, 1_000));
                yield answer instanceof PartitionAnswer.SegmentPage page
                        ? page.segments()
                        : List.of();
            }
        };
    }

    private static void name(
            SegmentRef segment, DirectoryReader reader, Set<String> named, Set<String> allowed) {
        PlacementGroup pg = reader.placementGroup(segment.pg()).orElseThrow();
        for (int i = 0; i < segment.scheme().width(); i++) {
            ChunkKey key = new ChunkKey(segment.pg(), segment.segment(), i);
            String chunk = pg.members().get(i) + "/" + key;
            allowed.add(chunk);
            if (Checks.holds(segment, i)) {
                named.add(chunk);
            }
        }
    }

    /** What is wrong with the tables; empty when nothing is. */
    String wrong() {
        for (SimGroup group : cluster.groups.values()) {
            if (isOver(group)) {
                continue;
            }
            // Work goes on, so a replica may be behind: it is held to the log as far as it has
            // come.
            SimGroup.Replica newest = Checks.newest(group);
            for (SimGroup.Replica replica : group.replicas) {
                boolean abreast = replica.applied == newest.applied;
                var expected = abreast ? newest.rows : group.replayed(replica.applied);
                if (!replica.rows.equals(expected)) {
                    return "replicas of " + group.id + " differ";
                }
            }
            if (!group.id.isDirectory()) {
                PartitionInvariants.check(newest.rows);
                List<VersionRow> rows = versions(group);
                long bodies = rows.stream().filter(row -> row.body() != null).count();
                long bytes =
                        rows.stream()
                                .map(VersionRow::body)
                                .mapToLong(body -> body == null ? 0 : body.sizeBytes())
                                .sum();
                var figures = Checks.figures(group);
                boolean counted = figures.versions() == bodies || figures.versions() == rows.size();
                if (!counted || figures.bytes() != bytes) {
                    return group.id
                            + " counts "
                            + figures
                            + ", recount "
                            + rows.size()
                            + " versions, "
                            + bodies
                            + " with bodies, "
                            + bytes
                            + " bytes";
                }
            }
        }
        return "";
    }
}
