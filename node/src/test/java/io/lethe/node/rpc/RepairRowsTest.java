package io.lethe.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.DeviceRecord.State;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.proto.internal.v1.RepairReport;
import io.lethe.proto.v1.RepairStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepairRowsTest {
    private static final DeviceId SPARE = device(9);
    private static final RepairReport BULK =
            RepairReport.newBuilder()
                    .setPhase("BULK")
                    .setRunningMillis(10_000)
                    .setBytes(1_000)
                    .setChunksMended(3)
                    .build();

    private final Map<DeviceId, DeviceRecord> devices = new HashMap<>();
    private final PlacementGroup pg =
            new PlacementGroup(
                    new PgId(17),
                    1,
                    "standard",
                    new Scheme(2, 1, 1 << 20),
                    List.of(device(0), device(1), device(2)),
                    PlacementGroup.State.OPEN);

    private static DeviceId device(int i) {
        return new DeviceId(new Id128(0, i));
    }

    private Optional<DeviceRecord> find(DeviceId id) {
        return Optional.ofNullable(devices.get(id));
    }

    private void put(int i, State state, boolean leaving) {
        NodeId node = new NodeId(new Id128(1, i));
        devices.put(device(i), new DeviceRecord(device(i), node, 100, 50, state, leaving, ""));
    }

    @BeforeEach
    void allAreHere() {
        for (int i : List.of(0, 1, 2, 9)) {
            put(i, State.WRITABLE, false);
        }
    }

    private RepairStatus row(PlacementGroup group) {
        return RepairRows.row(this::find, group, null, OptionalLong.empty());
    }

    @Test
    void groupsWithAllMembersAreNotShown() {
        put(0, State.SLOW, false);
        put(1, State.FULL, false);
        assertThat(RepairRows.unsettled(this::find, pg)).isFalse();
    }

    @Test
    void membersThatAreAwayRemovedOrUnknownAreLackingAndOthersLeave() {
        put(0, State.UNAVAILABLE, true);
        put(1, State.EVICTED, false);
        assertThat(RepairRows.unsettled(this::find, pg)).isTrue();
        assertThat(row(pg).getState()).isEqualTo("WAITING");
        assertThat(row(pg).getTo()).isEmpty();
        assertThat(row(pg).getMembersLackingList()).containsExactly(device(0).toString());
        assertThat(row(pg).getMembersLeavingList()).containsExactly(device(1).toString());
        put(0, State.REMOVED, true);
        put(1, State.WRITABLE, true);
        var _ = devices.remove(device(2));
        assertThat(row(pg).getMembersLackingList())
                .containsExactly(device(0).toString(), device(2).toString());
        assertThat(row(pg).getMembersLeavingList()).containsExactly(device(1).toString());
    }

    @Test
    void moveIsBegunUntilTheTargetsNodeSaysThatItRuns() {
        PlacementGroup moving = pg.moving(new PlacementGroup.Move(1, SPARE));
        assertThat(RepairRows.unsettled(this::find, moving)).isTrue();
        RepairStatus begun = row(moving);
        assertThat(begun.getState()).isEqualTo("BEGUN");
        assertThat(begun.getFrom()).isEqualTo(device(1).toString());
        assertThat(begun.getTo()).isEqualTo(SPARE.toString());
        assertThat(begun.getMembersLackingList()).isEmpty();
        RepairStatus running = RepairRows.row(this::find, moving, BULK, OptionalLong.of(5));
        assertThat(running.getState()).isEqualTo("RUNNING");
        assertThat(running.getPhase()).isEqualTo("BULK");
        assertThat(running.getChunksMended()).isEqualTo(3);
        assertThat(running.getLeftMillis()).isEqualTo(5);
    }

    @Test
    void timeLeftIsToldOnlyWhereARateAndARestAreKnown() {
        assertThat(RepairRows.leftMillis(BULK, 4_000)).hasValue(30_000);
        assertThat(RepairRows.leftMillis(BULK, 1_000)).isEmpty();
        assertThat(RepairRows.leftMillis(BULK, 10)).isEmpty();
        assertThat(RepairRows.leftMillis(BULK.toBuilder().setBytes(0).build(), 4_000)).isEmpty();
        assertThat(RepairRows.leftMillis(BULK.toBuilder().setPhase("LAST").build(), 4_000))
                .isEmpty();
        assertThat(RepairRows.leftMillis(BULK.toBuilder().setRunningMillis(10).build(), 4_000))
                .isEmpty();
    }
}
