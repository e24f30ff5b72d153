package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.metadata.command.DirectoryCommand.MoveReplica;
import io.lethe.node.metadata.command.DirectoryCommand.RaiseFeatureLevel;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveNode;
import io.lethe.node.metadata.command.DirectoryCommand.SetNodeLeaving;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.NodeRecord.Standing;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which nodes belong to the cluster, as operators say:
 *
 * <pre>
 * STAYS   -&gt; LEAVING   drained: its devices leave too, and those that it gets meanwhile
 * LEAVING -&gt; STAYS     kept, with all its devices
 * either  -&gt; REMOVED   nothing is on it, or it is away and given up as lost; for good
 * </pre>
 *
 * <p>And which nodes have a partition's replicas, as far as operators say.
 */
final class Membership {
    /** Nodes in a message: enough to begin with. */
    private static final int MOST_NAMED = 5;

    private Membership() {}

    static DirectoryReply setLeaving(DirectoryDraft draft, SetNodeLeaving c) {
        NodeRecord node = Table.NODES.get(draft.rows, c.node());
        if (node == null || node.removed()) {
            return invalid("node " + c.node() + " is unknown or removed");
        }
        for (DeviceRecord device : devices(draft, c.node())) {
            if (device.state() != DeviceRecord.State.REMOVED) {
                var _ = draft.put(Table.DEVICES, device.id(), device.withLeaving(c.leaving()));
            }
        }
        Standing standing = c.leaving() ? Standing.LEAVING : Standing.STAYS;
        return draft.put(Table.NODES, c.node(), node.withStanding(standing));
    }

    static DirectoryReply remove(DirectoryDraft draft, RemoveNode c) {
        NodeRecord node = Table.NODES.get(draft.rows, c.node());
        if (node == null) {
            return invalid("node " + c.node() + " is unknown");
        }
        if (node.removed()) {
            return DONE;
        }
        if (c.lost() && node.state() != NodeRecord.State.DOWN) {
            return refused(
                    ErrorCode.DEVICE_IN_USE,
                    "node " + c.node() + " is here, so it is not lost; drain it instead");
        }
        List<DeviceRecord> devices = devices(draft, c.node());
        long groups =
                Table.PLACEMENT_GROUPS.records(draft.rows).stream()
                        .filter(pg -> devices.stream().anyMatch(d -> pg.chunkOf(d.id()) >= 0))
                        .count();
        long replicas =
                Table.PARTITIONS.records(draft.rows).stream()
                        .filter(record -> holds(record, c.node()))
                        .count();
        if (!c.lost() && groups + replicas > 0) {
            return refused(
                    ErrorCode.DEVICE_IN_USE,
                    "node "
                            + c.node()
                            + " has "
                            + groups
                            + " placement groups and "
                            + replicas
                            + " replicas of partitions; drain it first ('lethe node drain'), or"
                            + " say that it is lost");
        }
        for (DeviceRecord device : devices) {
            var _ =
                    draft.put(
                            Table.DEVICES,
                            device.id(),
                            device.withState(DeviceRecord.State.REMOVED));
        }
        Signers.ended(draft, c.node());
        return draft.put(Table.NODES, c.node(), node.withStanding(Standing.REMOVED));
    }

    static DirectoryReply moveReplica(DirectoryDraft draft, MoveReplica c) {
        PartitionRecord now = Table.PARTITIONS.get(draft.rows, c.partition());
        if (now == null || now.id().isDirectory()) {
            return invalid("there is no " + c.partition() + "; see 'lethe partitions'");
        }
        List<NodeId> voters = now.voters().stream().map(Replica::node).toList();
        if (now.mapEpoch() == c.mapEpoch() + 1
                && voters.contains(c.to())
                && !voters.contains(c.from())) {
            return DONE;
        }
        if (now.mapEpoch() != c.mapEpoch()) {
            return refused(
                    ErrorCode.STALE_EPOCH,
                    now.id()
                            + " is in map epoch "
                            + now.mapEpoch()
                            + ", and not in "
                            + c.mapEpoch());
        }
        if (now.division() != null) {
            return refused(
                    ErrorCode.UNAVAILABLE, now.id() + " is being split; wait until that is over");
        }
        DirectoryReply merging = Merges.refusal(draft, now.id());
        DirectoryReply fault = merging == null ? fault(draft, now, c) : merging;
        if (fault != null) {
            return fault;
        }
        long epoch = now.mapEpoch() + 1;
        List<Replica> moved =
                now.voters().stream()
                        .map(
                                one ->
                                        one.node().equals(c.from())
                                                ? new Replica(c.to(), Math.toIntExact(epoch))
                                                : one)
                        .toList();
        return draft.put(Table.PARTITIONS, now.id(), now.withVoters(moved));
    }

    /** Why a replica can't go there; null where it can. */
    private static @Nullable DirectoryReply fault(
            DirectoryDraft draft, PartitionRecord now, MoveReplica c) {
        if (now.voters().stream().noneMatch(one -> one.node().equals(c.from()))) {
            return invalid(now.id() + " has no replica on node " + c.from());
        }
        if (holds(now, c.to())) {
            return invalid(now.id() + " has a replica on node " + c.to() + " already");
        }
        NodeRecord to = Table.NODES.get(draft.rows, c.to());
        if (to == null
                || to.standing() != Standing.STAYS
                || !to.roles().contains(NodeRecord.Role.METADATA)) {
            return invalid(
                    "node "
                            + c.to()
                            + " is unknown, leaves, or has not the role metadata; see 'lethe"
                            + " nodes'");
        }
        if (to.state() != NodeRecord.State.UP) {
            return refused(ErrorCode.UNAVAILABLE, "node " + c.to() + " is away");
        }
        boolean shared =
                draft.head.failureDomain.equals("rack")
                        && now.voters().stream()
                                .filter(one -> !one.node().equals(c.from()))
                                .map(one -> Table.NODES.get(draft.rows, one.node()))
                                .anyMatch(one -> one != null && one.rack().equals(to.rack()));
        return shared
                ? invalid("another replica of " + now.id() + " is in rack " + to.rack())
                : null;
    }

    private static List<DeviceRecord> devices(DirectoryDraft draft, NodeId node) {
        return Table.DEVICES.records(draft.rows).stream()
                .filter(device -> device.node().equals(node))
                .toList();
    }

    private static boolean holds(PartitionRecord record, NodeId node) {
        return Stream.concat(record.voters().stream(), record.learners().stream())
                .anyMatch(replica -> replica.node().equals(node));
    }

    /** Every node must speak the level, also one that is away: it comes back as it went. */
    static DirectoryReply raiseLevel(DirectoryDraft draft, RaiseFeatureLevel c) {
        if (c.level() == draft.level) {
            return DONE;
        }
        if (c.level() != draft.level + 1) {
            return refused(
                    ErrorCode.UPGRADE_NEEDED,
                    "the cluster is at feature level "
                            + draft.level
                            + ": that goes up by one at a time, and never down");
        }
        List<String> lacking =
                Table.NODES.records(draft.rows).stream()
                        .filter(node -> !node.removed() && !node.build().speaks(c.level()))
                        .map(
                                node ->
                                        node.id()
                                                + " ("
                                                + node.host()
                                                + ", "
                                                + node.build().version()
                                                + ", "
                                                + node.build().range()
                                                + ")")
                        .limit(MOST_NAMED)
                        .toList();
        if (lacking.isEmpty()) {
            if (c.level() == FeatureLevels.TENANTS) {
                Identities.index(draft);
            }
            return draft.raise(c.level());
        }
        return refused(
                ErrorCode.UPGRADE_NEEDED,
                "these nodes do not speak feature level "
                        + c.level()
                        + "; upgrade or remove them first: "
                        + String.join(", ", lacking));
    }
}
