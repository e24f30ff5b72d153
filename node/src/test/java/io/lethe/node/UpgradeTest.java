package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.Build;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes that go over to the next build one by one, back, and over for good. */
class UpgradeTest {
    private static final Build OLD = new Build("old", 1, 1);
    private static final Build NEW = new Build("new", 1, 2);
    private static final GroupId PARTITION = new GroupId(1);

    @TempDir Path temp;

    @Test
    void aClusterGoesOverNodeByNodeAndBackUntilItIsFinished() throws Exception {
        try (Nodes nodes =
                new Nodes(
                        temp.resolve("cluster"), 3, Map.of("LETHE_CLUSTER_PARTITIONS", "1"), OLD)) {
            assertThat(nodes.joined(0).directory().featureLevel()).isEqualTo(1);
            nodes.until("the partition is set up", () -> fenced(nodes, 0));
            restart(nodes, 0, NEW);
            restart(nodes, 1, NEW);
            assertThat(place(nodes).code()).isEqualTo(ErrorCode.UPGRADE_NEEDED);
            assertThat(raise(nodes, 0))
                    .isInstanceOfSatisfying(
                            DirectoryReply.Refused.class,
                            it -> {
                                assertThat(it.code()).isEqualTo(ErrorCode.UPGRADE_NEEDED);
                                assertThat(it.message())
                                        .contains(nodes.joined(2).self().toString());
                            });
            restart(nodes, 0, OLD);
            restart(nodes, 0, NEW);
            restart(nodes, 2, NEW);
            assertThat(raise(nodes, 1)).isInstanceOf(DirectoryReply.Done.class);
            for (int i = 0; i < 3; i++) {
                Joined node = nodes.joined(i);
                nodes.until("all know it", () -> node.directory().featureLevel() == 2);
            }
            write(nodes);
            nodes.until(
                    "the directory says where devices lie",
                    () ->
                            nodes.joined(0).directory().devices().stream()
                                    .allMatch(device -> Files.isDirectory(Path.of(device.path()))));
            // Before that its replica would halt the process: it meets the level in the log.
            nodes.until("who comes is told", () -> nodes.toldFeatureLevel().equals(Optional.of(2)));
            nodes.stop(1);
            assertThatThrownBy(() -> nodes.startAgain(1, OLD))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("feature level 2")
                    .hasMessageContaining("start a newer build");
            nodes.startAgain(1, NEW);
            write(nodes);
        }
    }

    private void restart(Nodes nodes, int number, Build build) throws Exception {
        nodes.stop(number);
        nodes.startAgain(number, build);
        Joined other = nodes.joined((number + 1) % 3);
        nodes.until(
                "the directory knows what it runs",
                () ->
                        other.directory()
                                .node(nodes.joined(number).self())
                                .orElseThrow()
                                .build()
                                .equals(build));
        write(nodes);
    }

    /** A command in the partition's log, from each node. */
    private static void write(Nodes nodes) throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            assertThat(fenced(nodes, i)).isTrue();
        }
    }

    private static boolean fenced(Nodes nodes, int asking) throws InterruptedException {
        return nodes.joined(asking)
                        .metadata()
                        .executeIn(
                                PARTITION, new PartitionCommand.Fence(0), 0, nodes.deadlineIn(20))
                instanceof PartitionReply.Done;
    }

    /** What the level brings, before its time: no leader lets it into a log. */
    private static StoreException place(Nodes nodes) throws InterruptedException {
        DirectoryCommand early =
                new DirectoryCommand.PlaceDevice(
                        nodes.joined(0).directory().devices().getFirst().withPath("/early"));
        try {
            throw new AssertionError(
                    nodes.joined(2).metadata().execute(early, 0, nodes.deadlineIn(20)).toString());
        } catch (StoreException e) {
            return e;
        }
    }

    private static DirectoryReply raise(Nodes nodes, int asking) throws InterruptedException {
        return nodes.joined(asking)
                .metadata()
                .execute(new DirectoryCommand.RaiseFeatureLevel(2), 0, nodes.deadlineIn(20))
                .reply();
    }
}
