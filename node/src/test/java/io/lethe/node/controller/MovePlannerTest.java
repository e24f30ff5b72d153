package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.DeviceRecord.State;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MovePlannerTest {
    private static final long CAPACITY = 1_000_000;
    private final Map<Integer, MovePlanner.Device> devices = new HashMap<>();
    private final List<PlacementGroup> groups = new ArrayList<>();
    private final Set<DeviceId> lost = new HashSet<>();

    private static DeviceId id(int number) {
        return new DeviceId(new Id128(2, number));
    }

    private void device(int number, String domain, long free, State state, boolean leaving) {
        DeviceRecord record =
                new DeviceRecord(
                        id(number),
                        new NodeId(new Id128(1, 1)),
                        CAPACITY,
                        free,
                        state,
                        leaving,
                        "");
        devices.put(number, new MovePlanner.Device(record, domain));
    }

    private void device(int number) {
        device(number, "domain-" + number, CAPACITY / 2, State.WRITABLE, false);
    }

    private PlacementGroup group(Scheme scheme, int... members) {
        List<DeviceId> list = new ArrayList<>();
        for (int member : members) {
            list.add(id(member));
        }
        PlacementGroup pg =
                new PlacementGroup(
                        new PgId(groups.size() + 1),
                        1,
                        "standard",
                        scheme,
                        list,
                        PlacementGroup.State.OPEN);
        groups.add(pg);
        return pg;
    }

    private static Scheme scheme(int k, int m) {
        return new Scheme(k, m, Scheme.LEAST_CELL_BYTES);
    }

    private List<MovePlanner.Plan> plan() {
        return new MovePlanner(devices.values(), lost, groups).plan(true);
    }

    @Test
    void nothingMovesWhereNothingIsWrong() {
        for (int i = 1; i <= 4; i++) {
            device(i);
        }
        group(scheme(2, 1), 1, 2, 3);
        assertThat(plan()).isEmpty();
    }

    @Test
    void aLostMemberGoesToADeviceInADomainOfItsOwn() {
        for (int i = 1; i <= 3; i++) {
            device(i);
        }
        device(4, "domain-1", CAPACITY / 2, State.WRITABLE, false);
        group(scheme(2, 1), 1, 2, 3);
        lost.add(id(2));
        assertThat(plan()).as("the only spare one shares a domain").isEmpty();
        device(5);
        assertThat(plan())
                .containsExactly(
                        new MovePlanner.Plan(new PgId(1), 1, new PlacementGroup.Move(1, id(5))));
    }

    @Test
    void groupsThatLackMostComeFirstAndTargetsShareTheWork() {
        for (int i = 1; i <= 7; i++) {
            device(i);
        }
        for (int i = 0; i < 3 * MovePlanner.MOST_LOST_PER_TARGET; i++) {
            group(scheme(2, 2), 1, 3, 4, 5);
        }
        group(scheme(2, 2), 1, 2, 3, 4);
        lost.add(id(1));
        lost.add(id(2));
        int endangered = groups.size() - 1;
        assertThat(plan()).extracting(MovePlanner.Plan::pg).containsExactly(pg(endangered + 1));
        groups.remove(endangered);
        assertThat(perTarget(plan()))
                .containsEntry(id(6), MovePlanner.MOST_LOST_PER_TARGET)
                .containsEntry(id(7), MovePlanner.MOST_LOST_PER_TARGET);
    }

    @Test
    void lessEndangeredGroupsWaitForThoseThatCouldLoseFewest() {
        for (int i = 1; i <= 9; i++) {
            device(i);
        }
        group(scheme(2, 3), 1, 2, 3, 4, 5);
        group(scheme(2, 1), 1, 3, 4);
        group(scheme(2, 2), 1, 2, 3, 4);
        group(scheme(2, 1), 3, 4, 5);
        lost.add(id(1));
        lost.add(id(2));
        assertThat(plan()).extracting(MovePlanner.Plan::pg).containsExactly(pg(2), pg(3));
        for (MovePlanner.Plan one : plan()) {
            int at = (int) one.pg().value() - 1;
            groups.set(at, groups.get(at).moving(one.move()));
        }
        assertThat(plan()).as("both are on their way").isEmpty();
        assertThat(new MovePlanner(devices.values(), lost, groups, Set.of(pg(2), pg(3))).plan(true))
                .as("that takes too long")
                .extracting(MovePlanner.Plan::pg)
                .containsExactly(pg(1));
        groups.replaceAll(pg -> pg.move() == null ? pg : pg.moved());
        assertThat(plan())
                .as("one lacks one more than it, of three")
                .extracting(MovePlanner.Plan::pg)
                .containsExactly(pg(1), pg(3));
    }

    /** A group for which there is no device keeps none waiting. */
    @Test
    void whatCanNotMoveHoldsNothingUp() {
        for (int i = 1; i <= 4; i++) {
            device(i);
        }
        device(5, "domain-3", CAPACITY / 2, State.WRITABLE, false);
        group(scheme(1, 1), 1, 3);
        groups.clear();
        group(scheme(2, 2), 1, 2, 3, 4);
        group(scheme(1, 2), 1, 3, 4);
        lost.add(id(1));
        lost.add(id(2));
        device(6, "domain-6", CAPACITY / 2, State.FULL, false);
        assertThat(plan()).isEmpty();
        group(scheme(1, 2), 1, 4, 6);
        assertThat(plan()).extracting(MovePlanner.Plan::pg).containsExactly(pg(3));
    }

    private static PgId pg(int number) {
        return new PgId(number);
    }

    @Test
    void aTargetGetsAFewAtATimeFromADeviceThatLeaves() {
        device(1, "domain-1", CAPACITY / 2, State.WRITABLE, true);
        for (int i = 2; i <= 5; i++) {
            device(i);
        }
        for (int i = 0; i < 40; i++) {
            group(scheme(2, 1), 1, 2, 3);
        }
        assertThat(perTarget(plan()))
                .containsOnlyKeys(id(4), id(5))
                .allSatisfy((_, count) -> assertThat(count).isEqualTo(MovePlanner.MOST_PER_TARGET));
    }

    private static Map<DeviceId, Integer> perTarget(List<MovePlanner.Plan> plans) {
        Map<DeviceId, Integer> perTarget = new HashMap<>();
        plans.forEach(one -> perTarget.merge(one.move().to(), 1, Integer::sum));
        return perTarget;
    }

    @Test
    void aGroupMovesOneMemberAtATimeAndAnotherTargetIsFoundForALostOne() {
        for (int i = 1; i <= 6; i++) {
            device(i);
        }
        PlacementGroup pg = group(scheme(2, 1), 1, 2, 3);
        groups.set(0, pg.moving(new PlacementGroup.Move(0, id(4))));
        lost.add(id(1));
        lost.add(id(2));
        assertThat(plan()).as("chunk 1 waits").isEmpty();
        lost.add(id(4));
        assertThat(plan())
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.epoch()).isEqualTo(2);
                            assertThat(one.move().chunk()).isZero();
                            assertThat(one.move().to()).isIn(id(5), id(6));
                        });
    }

    @Test
    void leavingDevicesAreEmptiedAfterLostOnesAndNothingGoesToThem() {
        for (int i = 1; i <= 3; i++) {
            device(i);
        }
        device(4, "domain-4", CAPACITY / 2, State.WRITABLE, true);
        device(5);
        group(scheme(1, 1), 4, 1);
        group(scheme(1, 1), 2, 3);
        lost.add(id(2));
        List<MovePlanner.Plan> plans = plan();
        assertThat(plans)
                .extracting(MovePlanner.Plan::pg)
                .containsExactly(new PgId(2), new PgId(1));
        assertThat(plans).noneMatch(one -> one.move().to().equals(id(4)));
    }

    @Test
    void whatIsFullGivesToWhatIsEmptyAndStopsWhereItIsEven() {
        device(1, "domain-1", CAPACITY / 10, State.WRITABLE, false);
        device(2, "domain-2", CAPACITY / 2, State.WRITABLE, false);
        device(3, "domain-3", CAPACITY, State.WRITABLE, false);
        for (int i = 0; i < 20; i++) {
            group(scheme(1, 1), 1, 2);
        }
        assertThat(plan())
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(MovePlanner.MOST_PER_TARGET)
                .allMatch(one -> one.move().to().equals(id(3)));
        assertThat(new MovePlanner(devices.values(), lost, groups).plan(false)).isEmpty();
        device(1, "domain-1", CAPACITY / 2, State.WRITABLE, false);
        device(3, "domain-3", CAPACITY / 2, State.WRITABLE, false);
        assertThat(plan()).isEmpty();
    }

    /** Whatever is lost or leaves: followed to its end, every group is whole where it can be. */
    @Test
    void plansComeToAnEndWithEveryGroupOnUsableDevicesInDistinctDomains() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            devices.clear();
            groups.clear();
            lost.clear();
            int count = 6 + random.nextInt(6);
            for (int i = 1; i <= count; i++) {
                device(
                        i,
                        "domain-" + i,
                        CAPACITY / 2 + random.nextInt(1_000),
                        State.WRITABLE,
                        random.nextInt(10) == 0);
            }
            for (int i = 0; i < 10; i++) {
                List<Integer> all = new ArrayList<>(devices.keySet());
                java.util.Collections.shuffle(all, random);
                group(scheme(2, 1), all.get(0), all.get(1), all.get(2));
            }
            lost.add(id(1 + random.nextInt(count)));
            int rounds = 0;
            for (List<MovePlanner.Plan> plans = plan(); !plans.isEmpty(); plans = plan()) {
                assertThat(++rounds).as("seed " + seed).isLessThan(1_000);
                for (MovePlanner.Plan plan : plans) {
                    int at = (int) plan.pg().value() - 1;
                    assertThat(groups.get(at).epoch()).isEqualTo(plan.epoch());
                    groups.set(at, groups.get(at).moving(plan.move()));
                }
                groups.replaceAll(pg -> pg.move() == null ? pg : pg.moved());
            }
            for (PlacementGroup pg : groups) {
                assertThat(new HashSet<>(pg.members())).as("seed " + seed).hasSize(3);
                for (DeviceId member : pg.members()) {
                    assertThat(lost).as("seed " + seed).doesNotContain(member);
                    int number = (int) member.id().low();
                    MovePlanner.Device device = devices.get(number);
                    assertThat(device != null && device.record().leaving())
                            .as("seed " + seed)
                            .isFalse();
                }
            }
        }
    }
}
