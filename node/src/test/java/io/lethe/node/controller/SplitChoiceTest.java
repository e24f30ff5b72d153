package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.controller.SplitChoice.Limits;
import io.lethe.node.controller.SplitChoice.Look;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Division;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitChoiceTest {
    private static final long MANY = 1_000_000;
    private final SplitChoice choice = new SplitChoice(new Limits(1_000, 100, 60, 2));

    private static PartitionRecord record(int id, long epoch, int... nodes) {
        return new PartitionRecord(
                new GroupId(id),
                Bytes.EMPTY,
                Bytes.EMPTY,
                IntStream.of(nodes)
                        .mapToObj(node -> new Replica(new NodeId(new Id128(1, node)), 0))
                        .toList(),
                List.of(),
                epoch);
    }

    private static Look look(int id, long bytes, long perSecond) {
        return new Look(record(id, 1, id), bytes, perSecond, MANY);
    }

    private Optional<Integer> next(long now, Look... looks) {
        return choice.next(List.of(looks), now).map(one -> one.record().id().value());
    }

    @Test
    void oneThatStaysAboveALimitIsSplitAfterTheTime() {
        assertThat(next(0, look(1, 1_001, 0))).isEmpty();
        assertThat(next(59, look(1, 1_001, 0))).isEmpty();
        assertThat(next(60, look(1, 1_001, 0))).contains(1);
    }

    @Test
    void theLimitItselfIsWell() {
        assertThat(next(0, look(1, 1_000, 100))).isEmpty();
        assertThat(next(600, look(1, 1_000, 100))).isEmpty();
    }

    @Test
    void oneThatWasBelowMeanwhileBeginsAnewAsDoesOneThatNobodyAnswersFor() {
        assertThat(next(0, look(1, 2_000, 0), look(2, 2_000, 0))).isEmpty();
        assertThat(next(30, look(1, 900, 0))).isEmpty();
        assertThat(next(60, look(1, 2_000, 0), look(2, 2_000, 0))).isEmpty();
        assertThat(next(119, look(1, 2_000, 0), look(2, 2_000, 0))).isEmpty();
        assertThat(next(120, look(1, 2_000, 0))).contains(1);
    }

    @Test
    void loadCountsWhereThereIsEnoughToDivide() {
        Look few = new Look(record(1, 1, 1), 0, 900, SplitChoice.LEAST_VERSIONS_BY_LOAD - 1);
        assertThat(next(0, few, look(2, 0, 101))).isEmpty();
        assertThat(next(60, few, look(2, 0, 101))).contains(2);
    }

    @Test
    void theOneFurthestAboveComesFirstByWhicheverLimit() {
        Look[] looks = {look(1, 2_000, 0), look(2, 0, 500), look(3, 3_000, 0)};
        assertThat(next(0, looks)).isEmpty();
        assertThat(next(60, looks)).contains(2);
    }

    @Test
    void noneIsSplitWhileAnotherIs() {
        PartitionRecord divided =
                new PartitionRecord(
                        new GroupId(2),
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        List.of(new Replica(new NodeId(new Id128(1, 2)), 0)),
                        List.of(),
                        1,
                        new Division(Bytes.utf8("m"), new GroupId(3)),
                        null,
                        null);
        Look splitting = new Look(divided, 0, 0, MANY);
        assertThat(next(0, look(1, 2_000, 0))).isEmpty();
        assertThat(next(60, look(1, 2_000, 0), splitting)).isEmpty();
        assertThat(next(61, look(1, 2_000, 0))).contains(1);
    }

    @Test
    void aSplitLetsTheTimeOfBothHalvesBeginAnew() {
        assertThat(next(0, look(1, 2_000, 0))).isEmpty();
        Look later = new Look(record(1, 2, 1), 2_000, 0, MANY);
        assertThat(next(60, later)).isEmpty();
        assertThat(next(120, later)).contains(1);
        choice.putOff(later, 120);
        assertThat(next(179, later)).isEmpty();
        assertThat(next(180, later)).contains(1);
        choice.forget();
        assertThat(next(181, later)).isEmpty();
    }

    @Test
    void noNodeGetsMoreReplicasThanItMay() {
        Look first = new Look(record(1, 1, 1, 2), 2_000, 0, MANY);
        Look second = new Look(record(2, 1, 2, 3), 0, 0, MANY);
        Look third = new Look(record(3, 1, 3), 1_500, 0, MANY);
        Look lone = new Look(record(4, 1, 4), 1_200, 0, MANY);
        assertThat(next(0, first, second, third, lone)).isEmpty();
        assertThat(next(60, first, second, third, lone)).as("nodes 2 and 3 are full").contains(4);
    }

    @Test
    void aLimitOfZeroIsNone() {
        SplitChoice never = new SplitChoice(new Limits(0, 0, 0, 9));
        Look large = look(1, Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(never.next(List.of(large), 0)).isEmpty();
        assertThat(never.next(List.of(large), 1)).isEmpty();
        SplitChoice bySize = new SplitChoice(new Limits(1, 0, 0, 9));
        assertThat(bySize.next(List.of(look(1, 0, 500)), 0)).isEmpty();
        assertThat(bySize.next(List.of(look(1, 2, 0)), 0)).isNotEmpty();
    }
}
