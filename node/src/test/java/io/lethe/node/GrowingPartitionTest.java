package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that are split by themselves, as the configuration says, on a real node. */
class GrowingPartitionTest {
    private static final BucketId BUCKET = new BucketId(42);
    private static final int WRITERS = 16;

    /** Above the least number of versions that are divided by load. */
    private static final int MANY = 1_100;

    @TempDir Path temp;

    private Nodes start(String... settings) throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("LETHE_CLUSTER_PARTITIONS", "1");
        environment.put("LETHE_PARTITION_SPLIT_AFTER", "1s");
        for (int i = 0; i < settings.length; i += 2) {
            environment.put("LETHE_PARTITION_" + settings[i], settings[i + 1]);
        }
        return new Nodes(temp.resolve("cluster"), 1, environment);
    }

    private static Bytes row(String key) {
        return RowKeys.objectKey(BUCKET, Bytes.utf8(key));
    }

    private static List<PartitionRecord> partitions(Nodes nodes) {
        return nodes.joined(0).directory().partitions();
    }

    /** Commits small objects, some at a time. */
    private static void put(Nodes nodes, int count, int bytes) throws Exception {
        TenantId tenant = nodes.joined(0).directory().tenantNamed("operator").orElseThrow();
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(
                        writers.submit(
                                () -> {
                                    put(nodes, tenant, number, bytes);
                                    return null;
                                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static ShardId shard(Nodes nodes, TenantId tenant, Bytes row) throws Exception {
        PartitionAnswer answer =
                nodes.joined(0)
                        .metadata()
                        .query(row, new PartitionQuery.OpenShardOf(tenant), nodes.deadlineIn(30));
        if (answer instanceof PartitionAnswer.Shard shard && shard.grant() != null) {
            return shard.grant().shard();
        }
        throw new AssertionError("answered " + answer);
    }

    private static void put(Nodes nodes, TenantId tenant, int number, int bytes) throws Exception {
        Bytes row = row("key" + number);
        PartitionReply reply;
        do {
            reply =
                    nodes.joined(0)
                            .metadata()
                            .execute(
                                    row,
                                    commit(tenant, shard(nodes, tenant, row), number, bytes),
                                    1L << 40,
                                    nodes.deadlineIn(30));
            // A split closes the shards.
        } while (reply instanceof PartitionReply.Retry(PartitionReply.Retry.Why why, long _)
                && why == PartitionReply.Retry.Why.SHARD);
        assertThat(reply).isInstanceOf(PartitionReply.Committed.class);
    }

    private static PartitionCommand commit(TenantId tenant, ShardId shard, int number, int bytes) {
        return new PartitionCommand.Commit(
                new WriteId(new Id128(8, number)),
                BUCKET,
                Bytes.utf8("key" + number),
                tenant,
                BucketRecord.Versioning.OFF,
                new Condition.Always(),
                new VersionBody(
                        bytes,
                        "e",
                        Bytes.wrap(new byte[16]),
                        Bytes.wrap(new byte[32]),
                        Bytes.EMPTY,
                        shard,
                        Bytes.utf8("wrapped"),
                        new VersionBody.Placement.Inline(Bytes.wrap(new byte[bytes]))));
    }

    /** Says what an operator sees of it. */
    private static long bytes(Nodes nodes, GroupId partition) throws Exception {
        return nodes.joined(0)
                .metadata()
                .status(nodes.joined(0).self(), partition, nodes.deadlineIn(30))
                .orElseThrow()
                .rangeBytes();
    }

    @Test
    void oneThatGrowsIsSplitUntilItsNodeHasAsManyAsItMay() throws Exception {
        try (Nodes nodes = start("SPLIT_SIZE", "128KiB", "SPLIT_LOAD", "0", "MOST_PER_NODE", "3")) {
            put(nodes, 10, 4_096);
            assertThat(bytes(nodes, partitions(nodes).getFirst().id())).isBetween(40_000L, 80_000L);
            nodes.until("it has looked", () -> looks(nodes) >= 6);
            assertThat(partitions(nodes)).as("below the limit").hasSize(1);
            put(nodes, 200, 4_096);
            nodes.until("there are three", () -> partitions(nodes).size() == 3);
            nodes.until("the last split is over", () -> quiet(nodes));
            long before = looks(nodes);
            nodes.until("it has looked", () -> looks(nodes) >= before + 6);
            assertThat(partitions(nodes)).as("all that the node may have").hasSize(3);
        }
    }

    private static boolean quiet(Nodes nodes) {
        return partitions(nodes).stream().allMatch(one -> one.division() == null);
    }

    private static long looks(Nodes nodes) {
        return nodes.steps(0, "split-keeper");
    }

    @Test
    void oneThatIsBusyIsSplitWhereLoadIsToCount() throws Exception {
        try (Nodes nodes = start("SPLIT_SIZE", "0", "SPLIT_LOAD", "1")) {
            put(nodes, MANY, 100);
            nodes.until("it is split", () -> partitions(nodes).size() > 1);
        }
    }
}
