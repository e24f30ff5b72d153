package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.ListKeys;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A bucket that lies in several partitions, whose pages end where the range does. */
final class ObjectListerTest {
    private static final TenantId TENANT = new TenantId(new Id128(3, 3));
    private static final BucketId BUCKET = new BucketId(1);
    private static final Caller CALLER = new Caller(TENANT, "key", false);

    /** Partitions that list their part of the keys, by the letter of the query. */
    private static final class Partitions implements Metadata {
        private final MemoryDirectory directory = new MemoryDirectory();
        private final TreeSet<String> keys = new TreeSet<>();

        private final ObjectPorts ports =
                TestPorts.of(new ManualTasks(), directory.copy(), this, () -> {});
        private final ObjectLister lister =
                new ObjectLister(ports, new BucketGate(ports.directory(), this, ports.lease()));

        /** Splits the bucket before each of these keys. */
        Partitions(Iterable<String> separators) {
            directory.bear();
            order(
                    new DirectoryCommand.PutTenant(
                            new TenantRecord(TENANT, "t", "T", 1, Bytes.utf8("key"))));
            order(
                    new DirectoryCommand.CreateBucket(
                            BUCKET,
                            TENANT,
                            "bucket",
                            "standard",
                            BucketRecord.Versioning.OFF,
                            ports.directory().index()));
            Bytes from = Bytes.EMPTY;
            int id = 1;
            for (String separator : separators) {
                Bytes to = RowKeys.objectKey(BUCKET, Bytes.utf8(separator));
                put(id++, from, to);
                from = to;
            }
            put(id, from, Bytes.EMPTY);
        }

        private void put(int id, Bytes from, Bytes to) {
            var voter = new PartitionRecord.Replica(new NodeId(new Id128(0, 1)), 0);
            order(
                    new DirectoryCommand.PutPartition(
                            new PartitionRecord(
                                    new GroupId(id), from, to, List.of(voter), List.of(), 1)));
        }

        void order(DirectoryCommand command) {
            var _ = directory.execute(command, 1, 0);
        }

        @Override
        public PartitionAnswer queryIn(
                GroupId partition, PartitionQuery query, long deadlineNanos) {
            PartitionQuery.InRange ranged = (PartitionQuery.InRange) query;
            ListKeys asked = (ListKeys) ranged.query();
            PartitionRecord range = directory.copy().partition(partition).orElseThrow();

            String prefix = asked.prefix().utf8();
            Bytes end = RowKeys.keyPrefix(BUCKET, asked.prefix()).prefixEnd();
            if (end.compareTo(range.from()) <= 0) {
                return new PartitionAnswer.NotInRange();
            }
            String delimiter = asked.delimiter().utf8();
            List<VersionRow> rows = new ArrayList<>();
            Set<String> prefixes = new LinkedHashSet<>();
            String last = "";
            for (String key : keys) {
                if (!range.covers(RowKeys.objectKey(BUCKET, Bytes.utf8(key)))
                        || !key.startsWith(prefix)) {
                    continue;
                }
                String item = rolledUp(key, prefix, delimiter);
                if (item.compareTo(asked.after().utf8()) <= 0 || prefixes.contains(item)) {
                    continue;
                }
                if (rows.size() + prefixes.size() == Math.max(1, asked.limit())) {
                    return page(rows, prefixes, Bytes.utf8(last));
                }
                if (!delimiter.isEmpty() && item.endsWith(delimiter)) {
                    prefixes.add(item);
                } else {
                    rows.add(row(key));
                }
                last = item;
            }
            return page(rows, prefixes, Bytes.EMPTY);
        }

        private static PartitionAnswer.Page page(
                List<VersionRow> rows, Set<String> prefixes, Bytes next) {
            return new PartitionAnswer.Page(
                    rows,
                    rows.stream().map(_ -> true).toList(),
                    prefixes.stream().map(Bytes::utf8).toList(),
                    next,
                    0);
        }

        private static VersionRow row(String key) {
            return new VersionRow(
                    BUCKET,
                    Bytes.utf8(key),
                    1,
                    false,
                    TENANT,
                    new WriteId(new Id128(0, 1)),
                    0,
                    null);
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public PartitionReply executeIn(
                GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Applied execute(DirectoryCommand command, long controllerEpoch, long deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void catchUpDirectory(long deadlineNanos) {}
    }

    private static String rolledUp(String key, String prefix, String delimiter) {
        int at = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
        return at < 0 ? key : key.substring(0, at + delimiter.length());
    }

    /** All items, page after page, no page longer than asked for. */
    private static List<String> walk(
            Partitions partitions, String prefix, String delimiter, int limit)
            throws InterruptedException {
        List<String> walked = new ArrayList<>();
        Bytes after = Bytes.EMPTY;
        do {
            ObjectLister.Page page =
                    partitions.lister.list(
                            CALLER,
                            new ObjectLister.Ask(
                                    "bucket", prefix, delimiter, after, 0, false, limit),
                            Long.MAX_VALUE);
            List<String> items = new ArrayList<>(page.prefixes());
            page.entries().forEach(entry -> items.add(entry.key()));
            items.sort(null);
            assertThat(items).hasSizeLessThanOrEqualTo(limit);
            walked.addAll(items);
            after = page.next();
        } while (!after.isEmpty());
        return walked;
    }

    @Test
    void aPageThatIsFullWhereAPartitionEndsIsNoLongerThanAsked() throws Exception {
        Partitions partitions = new Partitions(List.of("m"));
        partitions.keys.addAll(List.of("a", "b", "m", "n"));
        assertThat(walk(partitions, "", "", 2)).containsExactly("a", "b", "m", "n");
        assertThat(walk(partitions, "", "", 4)).containsExactly("a", "b", "m", "n");
    }

    @Test
    void aCommonPrefixThatLiesInTwoPartitionsIsListedOnce() throws Exception {
        Partitions partitions = new Partitions(List.of("b/m"));
        partitions.keys.addAll(List.of("a", "b/1", "b/z", "c"));
        for (int limit = 1; limit < 5; limit++) {
            assertThat(walk(partitions, "", "/", limit)).containsExactly("a", "b/", "c");
        }
    }

    @Test
    void onlyPartitionsThatMayHoldThePrefixAreAsked() throws Exception {
        Partitions partitions = new Partitions(List.of("b", "c", "d"));
        partitions.keys.addAll(List.of("a1", "a2", "b1", "c1"));
        assertThat(walk(partitions, "a", "", 10)).containsExactly("a1", "a2");
        assertThat(walk(partitions, "b", "", 1)).containsExactly("b1");
    }

    @Test
    void pagesAreCompleteAndInOrderHoweverTheBucketIsSplit() throws Exception {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            Partitions partitions = new Partitions(some(random, 4));
            partitions.keys.addAll(some(random, 30));
            String prefix = random.nextInt(3) == 0 ? key(random).substring(0, 1) : "";
            String delimiter = random.nextBoolean() ? "/" : "";
            Set<String> expected = new TreeSet<>();
            for (String key : partitions.keys) {
                if (key.startsWith(prefix)) {
                    expected.add(rolledUp(key, prefix, delimiter));
                }
            }
            assertThat(walk(partitions, prefix, delimiter, 1 + random.nextInt(6)))
                    .as("seed " + seed)
                    .containsExactlyElementsOf(expected);
        }
    }

    private static Set<String> some(Random random, int most) {
        Set<String> keys = new TreeSet<>();
        for (int i = random.nextInt(most); i > 0; i--) {
            keys.add(key(random));
        }
        return keys;
    }

    private static String key(Random random) {
        StringBuilder key = new StringBuilder();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            key.append("ab/".charAt(random.nextInt(3)));
        }
        return key.toString();
    }
}
