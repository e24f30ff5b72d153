package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.MergePlanner;
import io.lethe.node.metadata.SplitPlanner;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that are merged, on real nodes. */
class MergeTest {
    private static final BucketId BUCKET = new BucketId(42);
    private static final TenantId TENANT = new TenantId(new Id128(1, 1));

    @TempDir Path temp;

    private Nodes start(int count, String mergeAfter) throws Exception {
        return new Nodes(
                temp.resolve("cluster"),
                count,
                Map.of("LETHE_CLUSTER_PARTITIONS", "1", "LETHE_PARTITION_MERGE_AFTER", mergeAfter));
    }

    private static Bytes row(String key) {
        return RowKeys.objectKey(BUCKET, Bytes.utf8(key));
    }

    private static PartitionRecord owner(Nodes nodes, String key) {
        return nodes.joined(0).directory().partitionOf(row(key)).orElseThrow();
    }

    /** Writes a delete marker, or deletes a version. */
    private static Deleted delete(Nodes nodes, long request, String key, Which which)
            throws Exception {
        return (Deleted)
                nodes.joined(0)
                        .metadata()
                        .execute(
                                row(key),
                                new PartitionCommand.Delete(
                                        new WriteId(new Id128(5, request)),
                                        BUCKET,
                                        Bytes.utf8(key),
                                        TENANT,
                                        Versioning.ENABLED,
                                        which,
                                        new Condition.Always()),
                                1L << 40,
                                nodes.deadlineIn(30));
    }

    private static boolean whole(Nodes nodes, GroupId partition) throws Exception {
        return nodes.joined(0)
                .metadata()
                .queryIn(partition, new PartitionQuery.SplitState(), nodes.deadlineIn(30))
                .equals(new PartitionAnswer.SplitStanding(0, 0));
    }

    /** Splits what has "a" and "z" before "m", and returns the second half once both are swept. */
    private static GroupId split(Nodes nodes) throws Exception {
        GroupId parent = owner(nodes, "a").id();
        var _ =
                new SplitPlanner(nodes.joined(0).metadata(), nodes.joined(0).directory())
                        .begin(parent, row("m"), nodes.deadlineIn(30));
        nodes.until("it is split", () -> !owner(nodes, "z").id().equals(parent));
        GroupId child = owner(nodes, "z").id();
        nodes.until("both are swept", () -> whole(nodes, parent) && whole(nodes, child));
        return child;
    }

    private static GroupId merge(Nodes nodes, GroupId partition) throws Exception {
        return new MergePlanner(nodes.joined(0).metadata(), nodes.joined(0).directory())
                .begin(partition, nodes.deadlineIn(30));
    }

    private static List<PartitionAnswer.KeyCopyRow> copies(Nodes nodes, GroupId partition)
            throws Exception {
        return ((PartitionAnswer.KeyCopyPage)
                        nodes.joined(0)
                                .metadata()
                                .queryIn(
                                        partition,
                                        new PartitionQuery.KeyCopies(null, 100),
                                        nodes.deadlineIn(30)))
                .rows();
    }

    private static void restartAll(Nodes nodes, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            nodes.stop(i);
            nodes.startAgain(i);
        }
    }

    @Test
    void anEmptyHalfIsMergedBackWhileNodesAreRestartedAndItsKeysAreWiped() throws Exception {
        try (Nodes nodes = start(3, "0s")) {
            GroupId parent = owner(nodes, "a").id();
            nodes.until("it is set up", () -> whole(nodes, parent));
            long first = delete(nodes, 1, "a", new Which.Current()).order();
            Deleted marked = delete(nodes, 2, "z", new Which.Current());
            GroupId child = split(nodes);
            assertThatThrownBy(() -> merge(nodes, child))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("has 1 versions");
            Deleted removed = delete(nodes, 3, "z", new Which.Order(marked.order()));
            assertThat(merge(nodes, child)).isEqualTo(parent);
            restartAll(nodes, 3);
            nodes.until("it is merged", () -> owner(nodes, "z").id().equals(parent));
            assertThat(merge(nodes, child)).as("asked once more").isEqualTo(parent);
            assertThat(delete(nodes, 3, "z", new Which.Order(marked.order())))
                    .as("as the partition that is gone answered")
                    .isEqualTo(removed);
            long again = delete(nodes, 4, "z", new Which.Current()).order();
            assertThat(again).isGreaterThan(marked.order()).isGreaterThan(first);
            nodes.until("its replicas are wiped", () -> isWiped(nodes, parent, child));
            restartAll(nodes, 3);
            assertThat(delete(nodes, 5, "zebra", new Which.Current()).order()).isGreaterThan(again);
            GroupId next = split(nodes);
            assertThat(next).isNotEqualTo(child);
            assertThat(delete(nodes, 6, "z", new Which.Order(again)).order()).isEqualTo(again);
        }
    }

    private static boolean isWiped(Nodes nodes, GroupId heir, GroupId giver) throws Exception {
        boolean there = false;
        for (int i = 0; i < 3; i++) {
            there |= Files.exists(nodes.data(i).resolve("tables").resolve(giver + ".0"));
        }
        List<PartitionAnswer.KeyCopyRow> of =
                copies(nodes, heir).stream()
                        .filter(one -> one.copy().kind() == KeyCopy.Kind.MERGED)
                        .toList();
        assertThat(of).as("copies that the heir knows of").hasSize(3);
        return !there && of.stream().allMatch(one -> one.wipedMillis() > 0);
    }

    @Test
    void oneThatHasHadNothingForAWhileIsMergedByItselfAndTheLastOneStays() throws Exception {
        try (Nodes nodes = start(1, "2s")) {
            GroupId parent = owner(nodes, "a").id();
            nodes.until("it is set up", () -> whole(nodes, parent));
            Deleted first = delete(nodes, 1, "a", new Which.Current());
            Deleted marked = delete(nodes, 2, "z", new Which.Current());
            GroupId child = split(nodes);
            long looks = nodes.steps(0, "merge-keeper");
            nodes.until("it has looked", () -> nodes.steps(0, "merge-keeper") >= looks + 6);
            assertThat(owner(nodes, "z").id()).as("it has something").isEqualTo(child);
            var _ = delete(nodes, 3, "z", new Which.Order(marked.order()));
            nodes.until("it is merged", () -> owner(nodes, "z").id().equals(parent));
            var _ = delete(nodes, 4, "a", new Which.Order(first.order()));
            long later = nodes.steps(0, "merge-keeper");
            nodes.until("it has looked", () -> nodes.steps(0, "merge-keeper") >= later + 6);
            assertThat(nodes.joined(0).directory().partitions()).hasSize(1);
        }
    }
}
