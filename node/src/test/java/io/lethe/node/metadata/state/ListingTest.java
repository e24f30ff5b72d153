package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer.Page;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery.ListKeys;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListingTest {
    private final TestPartition partition = new TestPartition(8);

    private Page objects(String prefix, String after, String delimiter, int limit) {
        return (Page)
                partition.ask(
                        new ListKeys(
                                BUCKET,
                                Bytes.utf8(prefix),
                                Bytes.utf8(after),
                                0,
                                Bytes.utf8(delimiter),
                                false,
                                limit));
    }

    private Page versions(String after, long afterOrder, int limit) {
        return (Page)
                partition.ask(
                        new ListKeys(
                                BUCKET,
                                Bytes.EMPTY,
                                Bytes.utf8(after),
                                afterOrder,
                                Bytes.EMPTY,
                                true,
                                limit));
    }

    private static List<String> names(Page page) {
        return page.rows().stream().map(row -> row.key().utf8()).toList();
    }

    private static List<String> prefixes(Page page) {
        return page.prefixes().stream().map(Bytes::utf8).toList();
    }

    private void put(String... keys) {
        for (String key : keys) {
            var _ = partition.put(key, Versioning.OFF);
        }
    }

    @Test
    void keysComeInByteOrderWithPrefixAndDelimiter() {
        put("b", "a/x", "a/y", "a/z/1", "c/1", "B", "a");
        Page root = objects("", "", "/", 10);
        assertThat(names(root)).containsExactly("B", "a", "b");
        assertThat(prefixes(root)).containsExactly("a/", "c/");
        assertThat(root.next()).isEqualTo(Bytes.EMPTY);
        assertThat(root.isLatest()).containsOnly(true);
        Page folder = objects("a/", "", "/", 10);
        assertThat(names(folder)).containsExactly("a/x", "a/y");
        assertThat(prefixes(folder)).containsExactly("a/z/");
        assertThat(names(objects("a/", "", "", 10))).containsExactly("a/x", "a/y", "a/z/1");
        assertThat(names(objects("nothing", "", "", 10))).isEmpty();
    }

    @Test
    void afterACommonPrefixEverythingUnderItIsPassedOver() {
        put("a/x", "a/y", "b");
        assertThat(names(objects("", "a/", "/", 10))).containsExactly("b");
        assertThat(prefixes(objects("", "a/", "/", 10))).isEmpty();
        assertThat(names(objects("", "a/", "", 10))).containsExactly("a/x", "a/y", "b");
        assertThat(prefixes(objects("", "a/x", "/", 10)))
                .as("a key under the prefix is left")
                .containsExactly("a/");
        assertThat(names(objects("b", "a", "", 10))).containsExactly("b");
        assertThat(names(objects("a", "b", "", 10))).isEmpty();
    }

    @Test
    void aPageSaysExactlyWhetherThereIsMore() {
        put("a", "b", "c");
        assertThat(objects("", "", "", 3).next()).isEqualTo(Bytes.EMPTY);
        assertThat(objects("", "", "", 2).next()).isEqualTo(Bytes.utf8("b"));
        assertThat(objects("", "b", "", 2).next()).isEqualTo(Bytes.EMPTY);
        assertThat(names(objects("", "", "", 0))).as("a limit is at least 1").hasSize(1);
        assertThat(names(objects("", "", "", Integer.MAX_VALUE))).hasSize(3);
    }

    @Test
    void bucketsKeepToThemselves() {
        put("a");
        Page other =
                (Page)
                        partition.ask(
                                new ListKeys(
                                        new BucketId(43),
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        0,
                                        Bytes.EMPTY,
                                        true,
                                        10));
        assertThat(other.rows()).isEmpty();
    }

    @Test
    void versionsResumeInsideAKeyAndKnowTheLatest() {
        Committed one = partition.put("a", Versioning.ENABLED);
        Committed two = partition.put("a", Versioning.ENABLED);
        Deleted marker = partition.delete("a", Versioning.ENABLED, new Which.Current());
        Committed next = partition.put("b", Versioning.ENABLED);
        Page first = versions("", 0, 1);
        assertThat(orders(first)).containsExactly(marker.order());
        assertThat(first.isLatest()).containsExactly(true);
        assertThat(first.next()).isEqualTo(Bytes.utf8("a"));
        assertThat(first.nextOrder()).isEqualTo(marker.order());
        Page rest = versions("a", marker.order(), 10);
        assertThat(orders(rest)).containsExactly(two.order(), one.order(), next.order());
        assertThat(rest.isLatest()).containsExactly(false, false, true);
        assertThat(orders(versions("a", 0, 10))).containsExactly(next.order());
        var _ = partition.delete("a", Versioning.ENABLED, new Which.Order(marker.order()));
        Page promoted = versions("a", marker.order(), 10);
        assertThat(orders(promoted)).containsExactly(two.order(), one.order(), next.order());
        assertThat(promoted.isLatest())
                .as("the marker that was newest is gone")
                .containsExactly(true, false, true);
    }

    private static List<Long> orders(Page page) {
        return page.rows().stream().map(VersionRow::order).toList();
    }

    @Test
    void aPageOfLongRowsEndsEarlyAndGoesOn() {
        for (int i = 0; i < 3; i++) {
            SegmentRef[] segments = new SegmentRef[30_000];
            for (int s = 0; s < segments.length; s++) {
                segments[s] = partition.segment();
            }
            var _ = partition.put("key-" + i, Versioning.OFF, segments);
        }
        Page page = objects("", "", "", 1_000);
        assertThat(names(page)).containsExactly("key-0", "key-1");
        assertThat(names(objects("", page.next().utf8(), "", 1_000))).containsExactly("key-2");
    }

    @Test
    void aPageReadsLittleMoreThanItHolds() {
        for (int folder = 0; folder < 20; folder++) {
            for (int file = 0; file < 30; file++) {
                put("folder-%02d/%02d".formatted(folder, file));
            }
        }
        CountingRows counting = new CountingRows(partition.rows);
        Page page =
                (Page)
                        PartitionState.answer(
                                counting,
                                new ListKeys(
                                        BUCKET,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        0,
                                        Bytes.utf8("/"),
                                        false,
                                        10));
        assertThat(page.prefixes()).hasSize(10);
        assertThat(counting.visited).isLessThanOrEqualTo(11 * 8);
    }

    /** Counts the rows that scans visit. */
    private static final class CountingRows implements Rows {
        private final MapRows rows;
        private int visited;

        CountingRows(MapRows rows) {
            this.rows = rows;
        }

        @Override
        public @Nullable Bytes get(Family family, Bytes key) {
            return rows.get(family, key);
        }

        @Override
        public void scan(Family family, Bytes from, Bytes to, Visitor visitor) {
            rows.scan(
                    family,
                    from,
                    to,
                    (key, value) -> {
                        visited++;
                        return visitor.row(key, value);
                    });
        }

        @Override
        public @Nullable ShardGrant slot(ShardId shard) {
            return rows.slot(shard);
        }
    }

    @Test
    void aListingIsCutAtThePartitionsRange() {
        Bytes middle = RowKeys.objectKey(BUCKET, Bytes.utf8("m"));
        TestPartition low = new TestPartition(9, Bytes.EMPTY, middle);
        TestPartition high = new TestPartition(10, middle, Bytes.EMPTY);
        List<String> seen = new ArrayList<>();
        for (String key : List.of("a", "l", "m", "z")) {
            TestPartition owner = key.compareTo("m") < 0 ? low : high;
            var _ = owner.put(key, Versioning.OFF);
        }
        for (TestPartition one : List.of(low, high)) {
            Page page =
                    (Page)
                            one.ask(
                                    new ListKeys(
                                            BUCKET,
                                            Bytes.EMPTY,
                                            Bytes.EMPTY,
                                            0,
                                            Bytes.EMPTY,
                                            false,
                                            10));
            seen.addAll(names(page));
            assertThat(page.next()).isEqualTo(Bytes.EMPTY);
        }
        assertThat(seen).containsExactly("a", "l", "m", "z");
    }
}
