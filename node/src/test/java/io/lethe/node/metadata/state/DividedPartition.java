package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.SplitSwept;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A partition in memory that was split, and its child. */
final class DividedPartition {
    static final GroupId PARENT = new GroupId(1);
    static final GroupId CHILD = new GroupId(9);
    static final KeyCopy COPY = KeyCopy.replica(new NodeId(new Id128(5, 5)), 0);

    /** What the whole was like. */
    final MapRows whole;

    final TestPartition parent;
    final TestPartition child;

    private DividedPartition(MapRows whole, TestPartition parent, TestPartition child) {
        this.whole = whole;
        this.parent = parent;
        this.child = child;
    }

    static PartitionCommand.Split command(Bytes separator) {
        return new PartitionCommand.Split(
                PARENT,
                CHILD,
                separator,
                2,
                List.of(new PartitionCommand.Founder(COPY.node(), "node", 1)));
    }

    /** Splits a partition, which is the parent from then on. */
    static DividedPartition divide(TestPartition partition, Bytes separator) {
        MapRows whole = partition.rows.copy();
        PartitionCommand.Split split = command(separator);
        Stamp stamp = new Stamp(partition.millis + 1, 0, 0, FeatureLevels.HIGHEST);
        Birth birth = Objects.requireNonNull(PartitionState.birth(whole, stamp, split));
        partition.done(split);
        partition.millis++;
        TestPartition child = new TestPartition(partition, born(whole, birth));
        return new DividedPartition(whole, partition, child);
    }

    static MapRows born(MapRows parent, Birth birth) {
        MapRows rows = parent.copy();
        rows.family(Birth.CLEARED).clear();
        rows.slots().clear();
        birth.slots().forEach(slot -> rows.slots().put(slot.shard(), slot));
        rows.apply(birth.changes());
        return rows;
    }

    void finish() {
        parent.done(new PartitionCommand.FinishSplit(CHILD));
    }

    /** Sweeps until nothing is left. */
    static void sweep(TestPartition partition, int limit) {
        int phase = 0;
        Bytes after = null;
        for (int i = 0; i < 100_000; i++) {
            PartitionReply reply =
                    partition.execute(new PartitionCommand.SweepSplit(phase, after, limit));
            assertThat(reply).isInstanceOf(SplitSwept.class);
            SplitSwept swept = (SplitSwept) reply;
            phase = swept.phase();
            after = swept.next();
            if (phase == 0) {
                return;
            }
        }
        throw new AssertionError("a sweep does not end");
    }

    /** Holds both halves, swept and otherwise unchanged, to what the whole was like. */
    void checkThatNothingIsLost() {
        PartitionInvariants.check(parent.rows);
        PartitionInvariants.check(child.rows);
        assertThat(PartitionHead.read(child.rows)).isNotNull();
        for (Family family :
                List.of(
                        Family.CURRENT,
                        Family.VERSIONS,
                        Family.INLINE,
                        Family.DIGESTS,
                        Family.UPLOADS,
                        Family.PARTS,
                        Family.UNDERPROTECTED)) {
            both(family, _ -> true);
        }
        both(Family.CHANGES, key -> key.at(0) == 1);
        both(Family.WRITES, key -> key.at(0) == 2 || key.at(0) == 4 || key.at(0) == 5);
        both(Family.SHARDS, key -> key.at(0) == 3 || key.at(0) == 5);
        assertThat(parent.rows.family(Family.GARBAGE)).isEqualTo(whole.family(Family.GARBAGE));
        assertThat(child.rows.family(Family.GARBAGE)).isEmpty();
        assertThat(child.rows.family(Family.PG_EPOCHS)).isEqualTo(whole.family(Family.PG_EPOCHS));
    }

    /** Each row of the whole is in just one half, and no other is in either. */
    private void both(Family family, Predicate<Bytes> which) {
        NavigableMap<Bytes, Bytes> found = new TreeMap<>();
        for (TestPartition half : List.of(parent, child)) {
            rows(half.rows, family, which)
                    .forEach(
                            (key, value) ->
                                    assertThat(found.put(key, value))
                                            .as("%s %s in both", family, key)
                                            .isNull());
        }
        assertThat(found).as("%s", family).isEqualTo(rows(whole, family, which));
    }

    private static Map<Bytes, Bytes> rows(MapRows rows, Family family, Predicate<Bytes> which) {
        Map<Bytes, Bytes> chosen = new TreeMap<>();
        rows.family(family)
                .forEach(
                        (key, value) -> {
                            if (which.test(key)) {
                                chosen.put(key, value);
                            }
                        });
        return chosen;
    }
}
