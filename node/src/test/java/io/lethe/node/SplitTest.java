package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.SplitPlanner;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition that is split, on real nodes. */
class SplitTest {
    private static final BucketId BUCKET = new BucketId(42);

    private static final int NODES = 3;
    private static final int MOST_WRITES = 100_000;

    @TempDir Path temp;
    private Nodes nodes;

    @BeforeEach
    void start() throws Exception {
        nodes = new Nodes(temp.resolve("cluster"), NODES, Map.of());
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    private static Bytes row(String key) {
        return RowKeys.objectKey(BUCKET, Bytes.utf8(key));
    }

    private PartitionRecord owner(String key) {
        return nodes.joined(0).directory().partitionOf(row(key)).orElseThrow();
    }

    private PartitionAnswer ask(GroupId partition, PartitionQuery query) throws Exception {
        return nodes.joined(0).metadata().queryIn(partition, query, nodes.deadlineIn(30));
    }

    private boolean whole(GroupId partition) throws Exception {
        return ask(partition, new PartitionQuery.SplitState())
                .equals(new PartitionAnswer.SplitStanding(0, 0));
    }

    private void mark(String key) throws Exception {
        nodes.mark(0, BUCKET, key, 30);
    }

    private void split(GroupId partition, String at) throws Exception {
        var _ =
                new SplitPlanner(nodes.joined(0).metadata(), nodes.joined(0).directory())
                        .begin(partition, row(at), nodes.deadlineIn(30));
    }

    private int leader(GroupId partition) {
        return IntStream.range(0, NODES)
                .filter(i -> nodes.joined(i).leadership().ledPartitions().contains(partition))
                .findFirst()
                .orElseThrow();
    }

    /** Of writes, one after the other, until the second half takes them. */
    private long longestPause(GroupId parent) throws Exception {
        long longest = 0;
        for (int i = 0; i < MOST_WRITES; i++) {
            boolean before = owner("z").id().equals(parent);
            long begun = System.nanoTime();
            mark("z" + i);
            longest = Math.max(longest, System.nanoTime() - begun);
            if (!before) {
                return longest;
            }
        }
        throw new AssertionError("no second half after " + MOST_WRITES + " writes");
    }

    @Test
    void bothHalvesServeAndComeBackWhenNodesAreRestarted() throws Exception {
        GroupId parent = owner("a").id();
        nodes.until("it is set up", () -> whole(parent));
        for (String key : List.of("a", "lazy", "mule", "z")) {
            mark(key);
        }
        split(parent, "mule");
        long pauseNanos = longestPause(parent);
        System.out.printf("split: a write waited %.2f s%n", pauseNanos / 1e9);
        GroupId child = owner("z").id();
        assertThat(leader(child)).as("who leads the child first").isEqualTo(leader(parent));
        assertThat(owner("a").id()).isEqualTo(parent);
        assertThat(owner("z").parent()).isEqualTo(parent);
        nodes.until("both are swept", () -> whole(parent) && whole(child));
        Bytes from = RowKeys.bucketPrefix(BUCKET);
        PartitionQuery empty = new PartitionQuery.BucketEmpty(BUCKET);
        Bytes separator = owner("z").from();
        assertThat(separator.length()).as("a separator").isLessThan(row("mule").length() - 2);
        assertThat(ask(parent, new PartitionQuery.InRange(from, separator, empty)))
                .isEqualTo(new PartitionAnswer.Empty(false));
        assertThat(ask(parent, new PartitionQuery.InRange(from, from.prefixEnd(), empty)))
                .isEqualTo(new PartitionAnswer.NotInRange());
        assertThat(ask(child, new PartitionQuery.InRange(separator, from.prefixEnd(), empty)))
                .isEqualTo(new PartitionAnswer.Empty(false));
        for (int i = 0; i < NODES; i++) {
            Path table = nodes.data(i).resolve("tables").resolve(child + ".0");
            // Most were enough for the split, and this one may be behind.
            nodes.until("each has made its own of it", () -> Files.exists(table));
        }
        for (int i = 0; i < NODES; i++) {
            nodes.stop(i);
            nodes.startAgain(i);
        }
        nodes.until("both halves answer", () -> whole(parent) && whole(child));
        split(child, "z");
        nodes.until("the child is split again", () -> !owner("z").id().equals(child));
        assertThat(List.of(parent, child)).doesNotContain(owner("z").id());
    }
}
