package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.metadata.command.DirectoryCommand.CreatePg;
import io.lethe.node.metadata.command.DirectoryCommand.PlaceDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutNode;
import io.lethe.node.metadata.command.DirectoryCommand.PutPartition;
import io.lethe.node.metadata.command.DirectoryCommand.PutStorageClass;
import io.lethe.node.metadata.command.DirectoryCommand.SetNodeState;
import io.lethe.node.metadata.command.DirectoryCommand.SetPgState;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StorageClass;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides about nodes, devices, placement groups, partitions and storage classes. */
final class ClusterMap {
    private static final int MOST_PORT = 65_535;

    private ClusterMap() {}

    static DirectoryReply putNode(DirectoryDraft draft, PutNode c) {
        NodeRecord node = c.node();
        NodeRecord before = Table.NODES.get(draft.rows, node.id());
        if (before != null && node.incarnation() < before.incarnation()) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    "node "
                            + node.id()
                            + " is known in incarnation "
                            + before.incarnation()
                            + ", and this is "
                            + node.incarnation());
        }
        if (before != null && before.removed()) {
            return invalid(
                    "node "
                            + node.id()
                            + " was removed; empty its directories, and it comes back as a new"
                            + " one");
        }
        if (node.host().isEmpty() || node.roles().isEmpty() || node.incarnation() < 0) {
            return invalid("node " + node.id() + " lacks a host, a role or an incarnation");
        }
        if (!node.build().speaks(draft.level)) {
            return refused(
                    ErrorCode.UPGRADE_NEEDED,
                    "node " + node.id() + ": " + node.build().refusal(draft.level));
        }
        List<Integer> ports =
                List.of(node.dataPort(), node.rpcPort(), node.consolePort(), node.s3Port());
        for (int port : ports) {
            if (port < 0 || port > MOST_PORT) {
                return invalid("node " + node.id() + " has a port " + port);
            }
        }
        return draft.put(
                Table.NODES,
                node.id(),
                before == null ? node : node.withStanding(before.standing()));
    }

    static DirectoryReply setNodeState(DirectoryDraft draft, SetNodeState c) {
        NodeRecord node = Table.NODES.get(draft.rows, c.node());
        if (node == null) {
            return invalid("node " + c.node() + " is unknown");
        }
        return draft.put(Table.NODES, c.node(), node.withState(c.state()));
    }

    static DirectoryReply putDevice(DirectoryDraft draft, PutDevice c) {
        DeviceRecord before = Table.DEVICES.get(draft.rows, c.device().id());
        return put(draft, c.device().withPath(before == null ? "" : before.path()));
    }

    static DirectoryReply placeDevice(DirectoryDraft draft, PlaceDevice c) {
        return put(draft, c.device());
    }

    private static DirectoryReply put(DirectoryDraft draft, DeviceRecord device) {
        NodeRecord node = Table.NODES.get(draft.rows, device.node());
        if (node == null || node.removed()) {
            return invalid(
                    "device " + device.id() + " is on unknown or removed node " + device.node());
        }
        if (device.capacityBytes() < 0 || device.freeBytes() < 0) {
            return invalid("device " + device.id() + " has a negative size");
        }
        DeviceRecord before = Table.DEVICES.get(draft.rows, device.id());
        if (before != null
                && before.state() == DeviceRecord.State.REMOVED
                && device.state() != DeviceRecord.State.REMOVED) {
            return invalid(
                    "device "
                            + device.id()
                            + " was removed; it comes back only empty, under a new id");
        }
        // That it leaves is the operator's word; the controller only reports what is there.
        boolean leaving =
                before != null ? before.leaving() : node.standing() == NodeRecord.Standing.LEAVING;
        return draft.put(Table.DEVICES, device.id(), device.withLeaving(leaving));
    }

    static DirectoryReply createPg(DirectoryDraft draft, CreatePg c) {
        StorageClass storageClass = Table.STORAGE_CLASSES.get(draft.rows, c.storageClass());
        if (storageClass == null) {
            return invalid("storage class " + c.storageClass() + " is unknown");
        }
        if (c.scheme().m() != storageClass.scheme().m()
                || c.scheme().k() > storageClass.scheme().k()) {
            return invalid(
                    c.scheme()
                            + " is neither the scheme "
                            + storageClass.scheme()
                            + " of class "
                            + c.storageClass()
                            + " nor a narrower one");
        }
        String fault = fault(draft, c);
        if (fault != null) {
            return invalid(fault);
        }
        PgId id = new PgId(++draft.head.lastPg);
        var _ =
                draft.put(
                        Table.PLACEMENT_GROUPS,
                        id,
                        new PlacementGroup(
                                id,
                                1,
                                c.storageClass(),
                                c.scheme(),
                                c.members(),
                                PlacementGroup.State.OPEN));
        return new DirectoryReply.PgCreated(id);
    }

    /** What is wrong with a group's members; null when nothing is. */
    private static @Nullable String fault(DirectoryDraft draft, CreatePg c) {
        if (c.members().size() != c.scheme().width()) {
            return c.members().size() + " members don't make a " + c.scheme();
        }
        Set<String> domains = new HashSet<>();
        for (DeviceId member : c.members()) {
            DeviceRecord device = Table.DEVICES.get(draft.rows, member);
            if (device == null || device.state() == DeviceRecord.State.REMOVED) {
                return "device " + member + " is unknown or removed";
            }
            if (!domains.add(domain(draft, device))) {
                return "device "
                        + member
                        + " shares its "
                        + draft.head.failureDomain
                        + " with another member";
            }
        }
        return null;
    }

    static String domain(DirectoryDraft draft, DeviceRecord device) {
        return switch (draft.head.failureDomain) {
            case "rack" -> {
                NodeRecord node = Table.NODES.get(draft.rows, device.node());
                yield node == null ? "" : node.rack();
            }
            case "node" -> device.node().toString();
            default -> device.id().toString();
        };
    }

    static DirectoryReply setPgState(DirectoryDraft draft, SetPgState c) {
        PlacementGroup pg = Table.PLACEMENT_GROUPS.get(draft.rows, c.pg());
        if (pg == null) {
            return invalid("placement group " + c.pg() + " is unknown");
        }
        return draft.put(Table.PLACEMENT_GROUPS, c.pg(), pg.withState(c.state()));
    }

    static DirectoryReply putPartition(DirectoryDraft draft, PutPartition c) {
        PartitionRecord next = c.partition();
        PartitionRecord before = Table.PARTITIONS.get(draft.rows, next.id());
        if (next.equals(before)) {
            return DONE;
        }
        long wanted = before == null ? 1 : before.mapEpoch() + 1;
        if (next.mapEpoch() != wanted) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    next.id() + " comes with map epoch " + next.mapEpoch() + ", not " + wanted);
        }
        if (!sameDivision(before, next)) {
            return refused(
                    ErrorCode.UNAVAILABLE, next.id() + " is being split; wait until that is over");
        }
        Merge merge = Merges.of(draft.rows, next.id());
        if (Merges.over(draft.rows, next.id()) != null
                || (merge != null && merge.giver().equals(next.id()))) {
            return refused(
                    ErrorCode.UNAVAILABLE, next.id() + " was merged into another, or is being");
        }
        if (!next.to().isEmpty() && next.from().compareTo(next.to()) >= 0) {
            return invalid(next.id() + " goes from " + next.from() + " to " + next.to());
        }
        Set<NodeId> replicas = new HashSet<>();
        next.voters().forEach(one -> replicas.add(one.node()));
        next.learners().forEach(one -> replicas.add(one.node()));
        if (next.voters().isEmpty()
                || replicas.size() != next.voters().size() + next.learners().size()) {
            return invalid(next.id() + " has no voter, or two replicas on one node");
        }
        return draft.put(Table.PARTITIONS, next.id(), next);
    }

    /** While it is split nothing but its replicas may change: one may be lost before it joined. */
    private static boolean sameDivision(@Nullable PartitionRecord before, PartitionRecord next) {
        if (before == null || before.division() == null) {
            return next.division() == null;
        }
        return before.division().equals(next.division())
                && before.from().equals(next.from())
                && before.to().equals(next.to());
    }

    static DirectoryReply putStorageClass(DirectoryDraft draft, PutStorageClass c) {
        if (c.storageClass().name().isEmpty()) {
            return invalid("a storage class needs a name");
        }
        return draft.put(Table.STORAGE_CLASSES, c.storageClass().name(), c.storageClass());
    }
}
