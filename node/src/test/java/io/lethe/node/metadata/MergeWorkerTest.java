package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.MergeReceipt;
import io.lethe.node.metadata.command.PartitionAnswer.MergeStanding;
import io.lethe.node.metadata.command.PartitionCommand.TakeOver;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which range is to be taken over next, also by an heir that went back to before some merges. */
class MergeWorkerTest {
    private static final GroupId HEIR = new GroupId(1);
    private static final long EPOCH = 9;

    private static MergeReceipt receipt(long since) {
        return new MergeReceipt(since, 0, 0, List.of(), List.of());
    }

    private static Merge.Done done(int giver, long since, String from, String to) {
        return new Merge.Done(
                new Merge(new GroupId(giver), HEIR, since),
                Bytes.hex(from),
                Bytes.hex(to),
                0,
                receipt(since));
    }

    /** The next piece where a partition has less than its record says. */
    private static Optional<TakeOver> next(
            String recordFrom, String recordTo, String from, String to, Merge.Done... over) {
        return MergeWorker.lacking(
                List.of(over),
                new PartitionRecord(
                        HEIR,
                        Bytes.hex(recordFrom),
                        Bytes.hex(recordTo),
                        List.of(),
                        List.of(),
                        EPOCH),
                new MergeStanding(Bytes.hex(from), Bytes.hex(to), 0, ""));
    }

    private static TakeOver piece(int giver, long since, String from, String to) {
        return new TakeOver(
                new GroupId(giver), Bytes.hex(from), Bytes.hex(to), EPOCH, receipt(since));
    }

    @Test
    void whatIsNextToTheRangeIsTakenOverOnEitherSide() {
        Merge.Done before = done(2, 5, "10", "20");
        Merge.Done behind = done(3, 6, "40", "");
        assertThat(next("20", "", "20", "40", before, behind)).contains(piece(3, 6, "40", ""));
        assertThat(next("10", "40", "20", "40", before, behind)).contains(piece(2, 5, "10", "20"));
    }

    @Test
    void whatLiesBeforeTheRangeComesFirst() {
        Merge.Done before = done(2, 5, "10", "20");
        Merge.Done behind = done(3, 6, "40", "60");
        assertThat(next("10", "60", "20", "40", before, behind)).contains(piece(2, 5, "10", "20"));
        // It was split at 15 since, within what it lacks.
        assertThat(next("10", "15", "20", "40", before, behind)).contains(piece(2, 5, "10", "20"));
    }

    @Test
    void severalAreTakenOverOneAfterTheOther() {
        Merge.Done first = done(2, 5, "40", "60");
        Merge.Done second = done(3, 6, "60", "80");
        assertThat(next("", "80", "", "40", first, second)).contains(piece(2, 5, "40", "60"));
        assertThat(next("", "80", "", "60", first, second)).contains(piece(3, 6, "60", "80"));
    }

    @Test
    void theNewestSaysWhereTheSameRangeCameTwice() {
        Merge.Done old = done(2, 5, "40", "80");
        Merge.Done fresh = done(7, 50, "40", "80");
        assertThat(next("", "80", "", "40", fresh, old)).contains(piece(7, 50, "40", "80"));
    }

    @Test
    void onlyWhatTheRecordHasIsTakenOver() {
        // It was split at 60 again since; and it goes back to before another split, at 30.
        Merge.Done all = done(2, 5, "40", "80");
        assertThat(next("", "60", "", "40", all)).contains(piece(2, 5, "40", "60"));
        Merge.Done wider = done(4, 9, "30", "60");
        assertThat(next("", "60", "", "40", wider)).contains(piece(4, 9, "40", "60"));
    }

    @Test
    void whatNoMergeGaveIsNotTaken() {
        assertThat(next("", "80", "", "40")).isEmpty();
        assertThat(next("", "80", "", "40", done(2, 5, "60", "80"))).isEmpty();
        assertThat(next("", "80", "", "40", done(2, 5, "20", "40"))).isEmpty();
    }
}
