package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.metadata.command.PartitionCommand.Split;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Recovery;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which split is done again by a partition that goes on from before it. */
class MissedSplitsTest {
    private static final GroupId PARENT = new GroupId(1);
    private static final long EPOCH = 9;
    private static final Recovery RECOVERY =
            new Recovery(new NodeId(new Id128(1, 1)), 0, 5, 77, 1, 3);

    private static PartitionRecord record(
            int id, String from, String to, @Nullable GroupId parent, @Nullable Recovery recovery) {
        return new PartitionRecord(
                new GroupId(id),
                Bytes.hex(from),
                Bytes.hex(to),
                List.of(),
                List.of(),
                EPOCH,
                null,
                parent,
                recovery);
    }

    private static PartitionRecord parent(String to) {
        return record(1, "10", to, null, RECOVERY);
    }

    private static List<Split> next(PartitionRecord record, String to, PartitionRecord... all) {
        return MissedSplits.next(record, Bytes.hex(to), List.of(all), List.of());
    }

    private static Merge.Done merged(int giver, int heir, long since, String from, String to) {
        return new Merge.Done(
                new Merge(new GroupId(giver), new GroupId(heir), since),
                Bytes.hex(from),
                Bytes.hex(to),
                0,
                new MergeReceipt(0, 0, 0, List.of(), List.of()));
    }

    private static Split split(int child, String separator) {
        return new Split(PARENT, new GroupId(child), Bytes.hex(separator), EPOCH, List.of());
    }

    @Test
    void whatHasTheRangeOfItsRecordOrLessMissedNone() {
        PartitionRecord child = record(2, "40", "", PARENT, null);
        assertThat(next(parent("40"), "40", child)).isEmpty();
        assertThat(next(parent("40"), "30", child)).isEmpty();
        assertThat(next(parent(""), "")).isEmpty();
        assertThat(next(parent(""), "40")).isEmpty();
    }

    @Test
    void onlyOneThatWasMadeAnewOfOneReplicaMissesAny() {
        PartitionRecord child = record(2, "40", "", PARENT, null);
        assertThat(next(record(1, "10", "40", null, null), "", child)).isEmpty();
        assertThat(next(parent("40"), "", child)).containsExactly(split(2, "40"));
        assertThat(next(parent("40"), "80", child)).containsExactly(split(2, "40"));
    }

    @Test
    void ofSeveralTheLastRangeComesFirst() {
        PartitionRecord first = record(2, "60", "", PARENT, null);
        PartitionRecord second = record(3, "40", "50", PARENT, null);
        PartitionRecord ofTheSecond = record(4, "50", "60", new GroupId(3), null);
        assertThat(next(parent("40"), "", first, second, ofTheSecond))
                .containsExactly(split(2, "60"));
        assertThat(next(parent("40"), "60", first, second, ofTheSecond))
                .containsExactly(split(3, "40"));
    }

    @Test
    void whereTheChildWasMergedSinceWhatFollowsIsTheOtherHalf() {
        PartitionRecord heir = record(7, "40", "80", new GroupId(6), null);
        assertThat(next(parent("40"), "80", heir)).containsExactly(split(7, "40"));
    }

    @Test
    void ofOneThatTookItsSiblingOverTheSiblingIsTriedToo() {
        PartitionRecord heir = record(2, "40", "", PARENT, null);
        List<Merge.Done> over =
                List.of(
                        merged(3, 2, 5, "40", "60"),
                        merged(4, 2, 9, "40", "60"),
                        merged(5, 2, 7, "60", "80"));
        assertThat(MissedSplits.next(parent("40"), Bytes.hex("60"), List.of(heir), over))
                .as("the newest first")
                .containsExactly(split(2, "40"), split(4, "40"), split(3, "40"));
    }
}
