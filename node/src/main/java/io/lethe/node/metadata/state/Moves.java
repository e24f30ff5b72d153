package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.DirectoryDraft.DONE;
import static io.lethe.node.metadata.state.DirectoryDraft.invalid;
import static io.lethe.node.metadata.state.DirectoryDraft.refused;

import io.lethe.node.metadata.command.DirectoryCommand.BeginMove;
import io.lethe.node.metadata.command.DirectoryCommand.EndMove;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveDevice;
import io.lethe.node.metadata.command.DirectoryCommand.SetLeaving;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PlacementGroup;
import org.jspecify.annotations.Nullable;

/** Decides about the moves of placement groups' members, and about devices that leave. */
final class Moves {
    private Moves() {}

    static DirectoryReply begin(DirectoryDraft draft, BeginMove c) {
        PlacementGroup pg = Table.PLACEMENT_GROUPS.get(draft.rows, c.pg());
        if (pg == null) {
            return invalid("placement group " + c.pg() + " is unknown");
        }
        PlacementGroup.Move wanted = c.move();
        if (pg.epoch() == c.epoch() + 1 && wanted.equals(pg.move())) {
            return DONE;
        }
        if (pg.epoch() != c.epoch()) {
            return otherEpoch(pg, c.epoch());
        }
        if (wanted.chunk() < 0 || wanted.chunk() >= pg.members().size()) {
            return invalid(c.pg() + " has no chunk " + wanted.chunk());
        }
        PlacementGroup.Move running = pg.move();
        if (running != null && running.chunk() != wanted.chunk()) {
            return invalid("chunk " + running.chunk() + " of " + c.pg() + " moves already");
        }
        String fault = fault(draft, pg, wanted);
        return fault == null
                ? draft.put(Table.PLACEMENT_GROUPS, pg.id(), pg.moving(wanted))
                : invalid(fault);
    }

    private static @Nullable String fault(
            DirectoryDraft draft, PlacementGroup pg, PlacementGroup.Move wanted) {
        DeviceRecord target = Table.DEVICES.get(draft.rows, wanted.to());
        if (target == null || target.state() == DeviceRecord.State.REMOVED) {
            return "device " + wanted.to() + " is unknown or removed";
        }
        String domain = ClusterMap.domain(draft, target);
        for (int i = 0; i < pg.members().size(); i++) {
            DeviceId member = pg.members().get(i);
            if (member.equals(wanted.to())) {
                return "device " + member + " is a member of " + pg.id() + " already";
            }
            DeviceRecord other = Table.DEVICES.get(draft.rows, member);
            if (i != wanted.chunk()
                    && other != null
                    && ClusterMap.domain(draft, other).equals(domain)) {
                return "device "
                        + wanted.to()
                        + " shares its "
                        + draft.head.failureDomain
                        + " with member "
                        + member;
            }
        }
        return null;
    }

    static DirectoryReply end(DirectoryDraft draft, EndMove c) {
        PlacementGroup pg = Table.PLACEMENT_GROUPS.get(draft.rows, c.pg());
        if (pg == null) {
            return invalid("placement group " + c.pg() + " is unknown");
        }
        boolean ended =
                pg.epoch() == c.epoch() + 1
                        && pg.move() == null
                        && pg.members().get(c.move().chunk()).equals(c.move().to());
        if (ended) {
            return DONE;
        }
        if (pg.epoch() != c.epoch() || !c.move().equals(pg.move())) {
            return otherEpoch(pg, c.epoch());
        }
        return draft.put(Table.PLACEMENT_GROUPS, pg.id(), pg.moved());
    }

    private static DirectoryReply otherEpoch(PlacementGroup pg, int said) {
        return refused(
                ErrorCode.STALE_EPOCH, pg.id() + " is in epoch " + pg.epoch() + ", not " + said);
    }

    static DirectoryReply setLeaving(DirectoryDraft draft, SetLeaving c) {
        DeviceRecord device = Table.DEVICES.get(draft.rows, c.device());
        if (device == null || device.state() == DeviceRecord.State.REMOVED) {
            return invalid("device " + c.device() + " is unknown or removed");
        }
        return draft.put(Table.DEVICES, device.id(), device.withLeaving(c.leaving()));
    }

    static DirectoryReply remove(DirectoryDraft draft, RemoveDevice c) {
        DeviceRecord device = Table.DEVICES.get(draft.rows, c.device());
        if (device == null) {
            return invalid("device " + c.device() + " is unknown");
        }
        if (device.state() == DeviceRecord.State.REMOVED) {
            return DONE;
        }
        long groups =
                Table.PLACEMENT_GROUPS.records(draft.rows).stream()
                        .filter(pg -> pg.chunkOf(device.id()) >= 0)
                        .count();
        if (groups > 0 && !c.lost()) {
            return refused(
                    ErrorCode.DEVICE_IN_USE,
                    "device "
                            + device.id()
                            + " is a member of "
                            + groups
                            + " placement groups; drain it first ('lethe device drain'), or say"
                            + " that it is lost");
        }
        if (c.lost() && device.state() != DeviceRecord.State.UNAVAILABLE) {
            return refused(
                    ErrorCode.DEVICE_IN_USE,
                    "device " + device.id() + " is here, so it is not lost; drain it instead");
        }
        return draft.put(Table.DEVICES, device.id(), device.withState(DeviceRecord.State.REMOVED));
    }
}
