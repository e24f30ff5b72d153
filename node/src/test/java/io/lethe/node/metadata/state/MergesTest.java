package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.BeginMerge;
import io.lethe.node.metadata.command.DirectoryCommand.BeginSplit;
import io.lethe.node.metadata.command.DirectoryCommand.EndMerge;
import io.lethe.node.metadata.command.DirectoryCommand.EndSplit;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records of partitions that are merged. There are four: to 40, to 80, to c0 and to the end. */
class MergesTest {
    private static final NodeId NODE = new NodeId(new Id128(1, 4));
    private static final MergeReceipt RECEIPT =
            new MergeReceipt(
                    9, 8, 7, List.of(KeyCopy.merged(id(2), NODE, 0)), List.of(id(3), id(4)));
    private static final List<String> BOUNDS = List.of("", "40", "80", "c0", "");
    private final TestDirectory directory = new TestDirectory();

    private static GroupId id(int number) {
        return new GroupId(number);
    }

    @BeforeEach
    void fourPartitions() {
        StorageClass standard =
                new StorageClass("standard", new Scheme(2, 1, Scheme.DEFAULT_CELL_BYTES), false);
        directory.done(
                new DirectoryCommand.InitCluster(
                        new Id128(9, 9), "test", "node", List.of(standard)));
        for (int i = 1; i <= 4; i++) {
            directory.done(
                    new DirectoryCommand.PutPartition(
                            new PartitionRecord(
                                    id(i),
                                    Bytes.hex(BOUNDS.get(i - 1)),
                                    Bytes.hex(BOUNDS.get(i)),
                                    List.of(new Replica(NODE, 0)),
                                    List.of(),
                                    1)));
        }
    }

    private PartitionRecord record(int number) {
        return directory.reader().partition(id(number)).orElseThrow();
    }

    private BeginMerge begin(int giver, int heir) {
        return new BeginMerge(
                id(giver), record(giver).mapEpoch(), id(heir), record(heir).mapEpoch());
    }

    /** Begins one, and says since when it is under way. */
    private long begun(int giver, int heir) {
        directory.done(begin(giver, heir));
        Merge merge = directory.reader().merges().getLast();
        assertThat(merge).isEqualTo(new Merge(id(giver), id(heir), directory.index()));
        return merge.since();
    }

    private @Nullable ErrorCode end(int giver, long since, @Nullable MergeReceipt receipt) {
        return directory.refusal(new EndMerge(id(giver), since, receipt));
    }

    @Test
    void theHeirGetsTheRangeAndTheGiverIsGone() {
        BeginMerge order = begin(2, 1);
        long since = begun(2, 1);
        directory.done(order);
        assertThat(directory.reader().merges()).as("repeated").hasSize(1);
        long epoch = record(1).mapEpoch();
        assertThat(end(2, since, RECEIPT)).isNull();
        assertThat(directory.reader().partition(id(2))).isEmpty();
        assertThat(record(1).from()).isEqualTo(Bytes.EMPTY);
        assertThat(record(1).to()).isEqualTo(Bytes.hex("80"));
        assertThat(record(1).mapEpoch()).isEqualTo(epoch + 1);
        Merge.Done done =
                new Merge.Done(
                        new Merge(id(2), id(1), since),
                        Bytes.hex("40"),
                        Bytes.hex("80"),
                        0,
                        RECEIPT);
        assertThat(directory.reader().merged(id(2))).contains(done);
        assertThat(directory.reader().mergedInto(id(1))).containsExactly(done);
        assertThat(directory.reader().merges()).isEmpty();
        assertThat(end(2, since, RECEIPT)).as("repeated").isNull();
        directory.done(order);
        assertThat(directory.reader().merges()).as("ordered late").isEmpty();
        assertThat(end(2, since, null)).isEqualTo(ErrorCode.STALE_EPOCH);
    }

    @Test
    void theFirstGoesToTheOneBehindItAndHeirsAreFollowed() {
        assertThat(end(1, begun(1, 2), RECEIPT)).isNull();
        assertThat(record(2).from()).isEqualTo(Bytes.EMPTY);
        assertThat(record(2).to()).isEqualTo(Bytes.hex("80"));
        assertThat(end(2, begun(2, 3), RECEIPT)).isNull();
        assertThat(end(4, begun(4, 3), RECEIPT)).isNull();
        assertThat(record(3).from()).isEqualTo(Bytes.EMPTY);
        assertThat(record(3).to()).isEqualTo(Bytes.EMPTY);
        assertThat(directory.reader().partitions()).hasSize(1);
        assertThat(directory.reader().heirOf(id(1))).isEqualTo(id(3));
    }

    @Test
    void onlyNeighboursThatAreWholeAreMergedAndEachInOne() {
        assertThat(directory.refusal(begin(1, 3))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(begin(1, 1))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(new BeginMerge(id(9), 1, id(1), 1)))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.refusal(new BeginMerge(id(2), 7, id(1), 1)))
                .isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(directory.refusal(new BeginMerge(id(2), 1, id(1), 7)))
                .isEqualTo(ErrorCode.STALE_EPOCH);
        directory.done(new BeginSplit(id(1), 1, Bytes.hex("20")));
        assertThat(directory.refusal(begin(1, 2))).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(directory.refusal(begin(2, 1))).isEqualTo(ErrorCode.UNAVAILABLE);
        var _ = begun(2, 3);
        for (BeginMerge other : List.of(begin(4, 3), begin(3, 4), begin(2, 3))) {
            assertThat(directory.refusal(other)).as("%s", other).isEqualTo(ErrorCode.UNAVAILABLE);
        }
    }

    @Test
    void whoIsMergedIsNeitherSplitNorMoved() {
        var _ = begun(2, 1);
        NodeId other = new NodeId(new Id128(1, 5));
        for (int one : List.of(1, 2)) {
            assertThat(
                            directory.refusal(
                                    new BeginSplit(
                                            id(one),
                                            record(one).mapEpoch(),
                                            Bytes.hex(one == 1 ? "20" : "60"))))
                    .isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(
                            directory.refusal(
                                    new DirectoryCommand.MoveReplica(
                                            id(one), record(one).mapEpoch(), NODE, other)))
                    .isEqualTo(ErrorCode.UNAVAILABLE);
        }
        PartitionRecord moved = record(2).withVoters(List.of(new Replica(other, 0)));
        assertThat(directory.refusal(new DirectoryCommand.PutPartition(moved)))
                .isEqualTo(ErrorCode.UNAVAILABLE);
        PartitionRecord heir = record(1).withVoters(List.of(new Replica(other, 0)));
        directory.done(new DirectoryCommand.PutPartition(heir));
    }

    @Test
    void whatWasTakenBackIsNotEndedByWhoeverComesLate() {
        long first = begun(2, 1);
        assertThat(end(2, first, null)).isNull();
        assertThat(end(2, first, null)).as("repeated").isNull();
        assertThat(end(2, first, RECEIPT)).isEqualTo(ErrorCode.STALE_EPOCH);
        long second = begun(2, 3);
        assertThat(end(2, first, RECEIPT)).isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(end(2, first, null)).as("of the first one").isNull();
        assertThat(directory.reader().merges()).hasSize(1);
        assertThat(end(2, second, RECEIPT)).isNull();
        assertThat(record(3).from()).isEqualTo(Bytes.hex("40"));
    }

    @Test
    void aMajorityThatIsLostTakesTheMergeBack() {
        for (int lost : List.of(2, 1)) {
            long since = begun(2, 1);
            long epoch = record(2).mapEpoch();
            directory.done(
                    new DirectoryCommand.RecoverPartition(
                            id(lost),
                            record(lost).mapEpoch(),
                            record(lost).voters().getFirst(),
                            90));
            assertThat(directory.reader().merges()).isEmpty();
            assertThat(record(2).mapEpoch()).as("the giver's leader hears").isGreaterThan(epoch);
            assertThat(end(2, since, RECEIPT)).isEqualTo(ErrorCode.STALE_EPOCH);
        }
    }

    @Test
    void aNumberIsNeverUsedAgain() {
        assertThat(end(4, begun(4, 3), RECEIPT)).isNull();
        PartitionRecord again =
                new PartitionRecord(
                        id(4),
                        Bytes.hex("c0"),
                        Bytes.EMPTY,
                        List.of(new Replica(NODE, 0)),
                        List.of(),
                        1);
        assertThat(directory.refusal(new DirectoryCommand.PutPartition(again)))
                .isEqualTo(ErrorCode.UNAVAILABLE);
        directory.done(new BeginSplit(id(3), record(3).mapEpoch(), Bytes.hex("d0")));
        directory.done(new EndSplit(id(3), record(3).mapEpoch(), true));
        assertThat(record(5).from()).isEqualTo(Bytes.hex("d0"));
    }

    /** What is stored is read in all times to come. */
    @Test
    void rowsAreWrittenAsTheyAreStored() {
        long since = begun(2, 1);
        assertThat(row("merging")).isEqualTo("010000000106");
        assertThat(end(2, since, RECEIPT)).isNull();
        assertThat(row("merged"))
                .isEqualTo(
                        "01000000010601400180000908070104000000000000000100000000000000048080808020"
                                + "020000000300000004");
        assertThat(directory.rows.family(Family.META).get(Bytes.utf8("merging"))).isNull();
    }

    private String row(String kind) {
        return directory.rows.family(Family.META).entrySet().stream()
                .filter(one -> one.getKey().equals(Bytes.utf8(kind).plus(Bytes.hex("00000002"))))
                .map(one -> one.getValue().hex())
                .findFirst()
                .orElse("none");
    }
}
