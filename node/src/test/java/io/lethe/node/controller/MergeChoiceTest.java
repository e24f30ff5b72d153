package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.controller.MergeChoice.Look;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Division;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MergeChoiceTest {
    private final MergeChoice choice = new MergeChoice(2, 60);

    private static PartitionRecord record(int id, long epoch, boolean splits) {
        return new PartitionRecord(
                new GroupId(id),
                Bytes.EMPTY,
                Bytes.EMPTY,
                List.of(),
                List.of(),
                epoch,
                splits ? new Division(Bytes.utf8("m"), new GroupId(99)) : null,
                null,
                null);
    }

    private static Look empty(int id) {
        return new Look(record(id, 1, false), true);
    }

    private static Look full(int id) {
        return new Look(record(id, 1, false), false);
    }

    private Optional<Integer> next(long now, Look... looks) {
        return choice.next(List.of(looks), looks.length, now).map(one -> one.id().value());
    }

    @Test
    void oneThatStaysEmptyIsMergedAfterTheTimeTheLongestFirst() {
        assertThat(next(0, full(1), empty(2), full(3))).isEmpty();
        assertThat(next(10, full(1), empty(2), empty(3))).isEmpty();
        assertThat(next(59, full(1), empty(2), empty(3))).isEmpty();
        assertThat(next(60, full(1), empty(2), empty(3))).contains(2);
        assertThat(next(75, full(1), empty(2), empty(3))).contains(2);
        choice.putOff(record(2, 1, false), 75);
        assertThat(next(76, full(1), empty(2), empty(3))).contains(3);
    }

    @Test
    void asManyStayAsTheClusterBeganWith() {
        assertThat(next(0, empty(1), empty(2))).isEmpty();
        assertThat(next(100, empty(1), empty(2))).isEmpty();
        assertThat(next(101, empty(1), empty(2), full(3))).isPresent();
        assertThat(choice.next(List.of(empty(1)), 3, 102)).as("others do not answer").isPresent();
    }

    @Test
    void oneThatHadSomethingMeanwhileOrChangedOrDidNotAnswerBeginsAnew() {
        assertThat(next(0, empty(1), empty(2), empty(3))).isEmpty();
        assertThat(choice.next(List.of(full(1), empty(3)), 3, 30)).isEmpty();
        Look changed = new Look(record(3, 2, false), true);
        assertThat(next(60, empty(1), empty(2), changed)).isEmpty();
        assertThat(next(119, empty(1), empty(2), changed)).isEmpty();
        assertThat(next(120, empty(1), empty(2), changed)).isPresent();
    }

    @Test
    void noneWhileAnyIsSplitOrAfterAnotherHasChosen() {
        Look splits = new Look(record(3, 1, true), false);
        assertThat(next(0, empty(1), full(2), splits)).isEmpty();
        assertThat(next(100, empty(1), full(2), splits)).isEmpty();
        assertThat(next(101, empty(1), full(2), full(3))).contains(1);
        choice.forget();
        assertThat(next(102, empty(1), full(2), full(3))).isEmpty();
    }
}
