package io.lethe.node.rpc;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.controller.MoveKeeper;
import io.lethe.node.metadata.command.PartitionAnswer.Figures;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Setback;
import io.lethe.proto.v1.GetStatusResponse;
import io.lethe.proto.v1.GetUpgradeResponse;
import io.lethe.proto.v1.Warning;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The cluster at a glance, and what an operator should do about it. Safe for any task. */
final class StatusReport {
    private final ClusterView view;
    private final Tasks tasks;

    StatusReport(ClusterView view, Tasks tasks) {
        this.view = view;
        this.tasks = tasks;
    }

    static List<NodeId> voters(PartitionRecord partition) {
        return partition.voters().stream().map(PartitionRecord.Replica::node).toList();
    }

    /** Asks the directory's voters and those of the partitions, as far as they are up. */
    Standings standings(List<PartitionRecord> partitions) throws InterruptedException {
        List<Standings.Place> places = new ArrayList<>();
        for (NodeId voter : view.directoryVoters()) {
            places.add(new Standings.Place(GroupId.DIRECTORY, voter));
        }
        for (PartitionRecord partition : partitions) {
            for (NodeId voter : voters(partition)) {
                places.add(new Standings.Place(partition.id(), voter));
            }
        }
        places.removeIf(place -> !isUp(place.node()));
        return Standings.ask(view, tasks, places);
    }

    boolean isUp(NodeId node) {
        return view.directory()
                .node(node)
                .map(record -> record.state() == NodeRecord.State.UP)
                .orElse(false);
    }

    GetStatusResponse make() throws InterruptedException {
        GetStatusResponse.Builder status = GetStatusResponse.newBuilder();
        view.directory()
                .cluster()
                .ifPresent(
                        cluster ->
                                status.setClusterId(cluster.id().toString())
                                        .setName(cluster.name()));
        status.setVersion(Build.own().version());
        status.setFeatureLevel(view.directory().featureLevel())
                .setAnsweredBy(view.self().toString());
        view.controller().ifPresent(node -> status.setController(node.toString()));
        status.setControllerEpoch(view.controllerEpoch());
        status.setRebalance(
                !view.directory().setting(MoveKeeper.EVENING).orElse("on").equals("off"));
        status.setReclaim(Setback.reclaims(view.directory().setting(Setback.RECLAIM)));
        addNodes(status);
        addDevices(status);
        addGroups(status);
        Standings standings = standings(view.directory().partitions());
        standings
                .leader(GroupId.DIRECTORY, view.directoryVoters())
                .ifPresentOrElse(
                        standing -> status.setDirectoryLeader(standing.node().toString()),
                        () ->
                                warn(
                                        status,
                                        "DIRECTORY_LEADERLESS",
                                        "the directory has no leader",
                                        "bring nodes back until a majority of its voters is up"));
        addSetbacks(status);
        addPartitions(status, standings);
        return status.build();
    }

    private void addSetbacks(GetStatusResponse.Builder status) {
        Setback.recovered(view.directory().setting(Setback.Recovered.SETTING))
                .ifPresent(
                        one ->
                                warn(
                                        status,
                                        "DIRECTORY_RECOVERED",
                                        "the directory was made anew of node "
                                                + one.survivor()
                                                + "'s copy at "
                                                + Instant.ofEpochMilli(one.millis())
                                                + ", as far as entry "
                                                + one.lastIndex(),
                                        "what others had acknowledged behind that is lost: look"
                                                + " for buckets, keys and settings that are"
                                                + " missing"));
        restored()
                .ifPresent(
                        one ->
                                warn(
                                        status,
                                        "CLUSTER_RESTORED",
                                        "all metadata was made anew of backup "
                                                + one.backup()
                                                + " at "
                                                + Instant.ofEpochMilli(one.millis()),
                                        "what was acknowledged from "
                                                + Instant.ofEpochMilli(one.backupMillis())
                                                + " on is lost, as was signed for with"
                                                + " --accept-gap; purges of before stay proven for"
                                                + " some copies only"));
        if (!status.getReclaim()) {
            warn(
                    status,
                    "RECLAIM_OFF",
                    "chunks that no record knows stay on the disks",
                    "when nothing is missed any more, and 'lethe repairs' is empty: 'lethe reclaim"
                            + " on'");
        }
    }

    private Optional<Setback.Restored> restored() {
        return Setback.restored(view.directory().setting(Setback.Restored.SETTING));
    }

    private static void warn(
            GetStatusResponse.Builder status, String code, String message, String advice) {
        status.addWarnings(
                Warning.newBuilder().setCode(code).setMessage(message).setAdvice(advice));
    }

    private void addNodes(GetStatusResponse.Builder status) {
        List<NodeRecord> nodes =
                view.directory().nodes().stream().filter(node -> !node.removed()).toList();
        status.setNodesTotal(nodes.size());
        int up = 0;
        for (NodeRecord node : nodes) {
            if (node.state() == NodeRecord.State.UP) {
                up++;
            } else {
                warn(
                        status,
                        "NODE_DOWN",
                        "node " + node.id() + " (" + node.host() + ") is down",
                        "start it; until then objects are read with parity and written to narrower"
                                + " groups");
            }
        }
        status.setNodesUp(up);
        GetUpgradeResponse upgrade = new UpgradeReport(view).make();
        if (upgrade.getReady()) {
            warn(
                    status,
                    "UPGRADE_UNFINISHED",
                    "every node speaks feature level "
                            + upgrade.getNextLevel()
                            + ", and the cluster is at "
                            + upgrade.getFeatureLevel(),
                    "when you are sure that you won't go back: 'lethe upgrade finish'");
        }
    }

    private void addDevices(GetStatusResponse.Builder status) {
        List<DeviceRecord> devices =
                view.directory().devices().stream()
                        .filter(device -> device.state() != DeviceRecord.State.REMOVED)
                        .toList();
        int writable = 0;
        long capacity = 0;
        long free = 0;
        for (DeviceRecord device : devices) {
            writable += device.state() == DeviceRecord.State.WRITABLE ? 1 : 0;
            capacity += device.capacityBytes();
            free += device.freeBytes();
            warnOf(status, device);
        }
        status.setDevicesTotal(devices.size())
                .setDevicesWritable(writable)
                .setCapacityBytes(capacity)
                .setUsedBytes(capacity - free);
    }

    private void warnOf(GetStatusResponse.Builder status, DeviceRecord device) {
        String name = "device " + device.id();
        if (device.state() == DeviceRecord.State.EVICTED) {
            warn(
                    status,
                    "DEVICE_EVICTED",
                    name + " has been slow for long, see 'lethe devices'",
                    "its chunks are being moved elsewhere; replace the disk");
        }
        if (device.state() == DeviceRecord.State.SLOW) {
            warn(
                    status,
                    "DEVICE_SLOW",
                    name + " is slow, see 'lethe devices'",
                    "it gets nothing new until it is quick again; look at the disk, and"
                            + " replace it if it stays so");
        }
        if (device.state() == DeviceRecord.State.FULL) {
            warn(
                    status,
                    "DEVICE_FULL",
                    name + " is full",
                    "delete objects or add devices; reads and deletes go on");
        }
        if (device.leaving()) {
            long left = RepairRows.groupsOn(view.directory(), device.id());
            warn(
                    status,
                    "DEVICE_LEAVING",
                    name + " is leaving, and " + left + " placement groups are still on it",
                    left > 0
                            ? "'lethe repairs' shows how far it is; 'lethe device keep' stops it"
                            : "take it out with 'lethe device remove " + device.id() + "'");
        }
    }

    private void addGroups(GetStatusResponse.Builder status) {
        List<PlacementGroup> groups = view.directory().placementGroups();
        status.setPlacementGroupsTotal(groups.size())
                .setPlacementGroupsOpen(
                        (int)
                                groups.stream()
                                        .filter(pg -> pg.state() == PlacementGroup.State.OPEN)
                                        .count());
        List<PlacementGroup> lacking =
                groups.stream()
                        .filter(pg -> !RepairRows.lacking(view.directory(), pg).isEmpty())
                        .toList();
        if (!lacking.isEmpty()) {
            long moving = lacking.stream().filter(pg -> pg.move() != null).count();
            warn(
                    status,
                    "GROUPS_LACK_MEMBERS",
                    lacking.size()
                            + " placement groups lack members; in "
                            + moving
                            + " of them one is being replaced",
                    "see 'lethe repairs'; bring their devices back, or say that one is gone for"
                            + " good with 'lethe device remove ID --lost'");
        }
    }

    private void addPartitions(GetStatusResponse.Builder status, Standings standings) {
        List<PartitionRecord> partitions = view.directory().partitions();
        int healthy = 0;
        int serving = 0;
        long underprotected = 0;
        long oldest = 0;
        long garbage = 0;
        for (PartitionRecord partition : partitions) {
            List<NodeId> voters = voters(partition);
            warnOf(status, partition);
            healthy += voters.stream().allMatch(this::isUp) ? 1 : 0;
            Optional<Standings.Leader> leader = standings.leader(partition.id(), voters);
            if (leader.isEmpty()) {
                warn(
                        status,
                        "PARTITION_LEADERLESS",
                        partition.id() + " has no leader",
                        "bring nodes back until a majority of its voters is up, or, if they are"
                                + " gone for good, see 'lethe partition recover "
                                + partition.id()
                                + "'");
                continue;
            }
            serving++;
            Figures figures = leader.get().status().figures();
            if (figures != null) {
                underprotected += figures.underprotected();
                oldest = oldest(oldest, figures.oldestUnderprotectedMillis());
                garbage += figures.garbageBytes();
            }
        }
        if (underprotected > 0) {
            warn(
                    status,
                    "SEGMENTS_UNDERPROTECTED",
                    underprotected + " segments lack chunks",
                    "they are completed when their devices are back; see 'lethe devices'");
        }
        status.setPartitionsTotal(partitions.size())
                .setPartitionsHealthy(healthy)
                .setPartitionsServing(serving)
                .setSegmentsUnderprotected(underprotected)
                .setOldestUnderprotectedMillis(oldest)
                .setGarbageBytes(garbage);
    }

    private void warnOf(GetStatusResponse.Builder status, PartitionRecord partition) {
        PartitionRecord.Recovery recovery = partition.recovery();
        // Of a restore all partitions are, which is said once.
        boolean alone =
                recovery != null
                        && restored().map(one -> one.millis() != recovery.millis()).orElse(true);
        if (recovery != null && alone) {
            warn(
                    status,
                    "PARTITION_RECOVERED",
                    partition.id()
                            + " was made anew of node "
                            + recovery.survivor()
                            + "'s replica at "
                            + Instant.ofEpochMilli(recovery.millis())
                            + ", as far as entry "
                            + recovery.lastIndex(),
                    "what others had acknowledged behind that is lost, and what was purged here"
                            + " before stays proven for some copies only");
        }
    }

    private static long oldest(long known, long other) {
        return known == 0 || (other != 0 && other < known) ? other : known;
    }
}
