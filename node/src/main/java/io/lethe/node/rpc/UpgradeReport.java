package io.lethe.node.rpc;

import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.Build;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.StoreException;
import io.lethe.proto.v1.GetUpgradeResponse;
import io.lethe.proto.v1.NodeBuild;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What the nodes run, and the order to put the next feature level in force. A node counts with what
 * it registered, which may be a moment newer than its record; one that is away with its record.
 * Safe for any task.
 */
final class UpgradeReport {
    private final ClusterView view;

    UpgradeReport(ClusterView view) {
        this.view = view;
    }

    private static Build build(NodeRecord node, Map<NodeId, Build> registered) {
        return registered.getOrDefault(node.id(), node.build());
    }

    private List<NodeRecord> nodes() {
        return view.directory().nodes().stream()
                .filter(node -> !node.removed())
                .sorted(Comparator.comparing(NodeRecord::id))
                .toList();
    }

    GetUpgradeResponse make() {
        Map<NodeId, Build> registered = view.builds();
        List<NodeRecord> nodes = nodes();
        int level = view.directory().featureLevel();
        int next = level + 1;
        boolean known = nodes.stream().anyMatch(node -> build(node, registered).highest() >= next);
        GetUpgradeResponse.Builder answer =
                GetUpgradeResponse.newBuilder()
                        .setFeatureLevel(level)
                        .setNextLevel(known ? next : 0)
                        .setBrings(known ? FeatureLevels.brings(next) : "")
                        .setReady(
                                known
                                        && nodes.stream()
                                                .allMatch(n -> build(n, registered).speaks(next)));
        for (NodeRecord node : nodes) {
            Build build = build(node, registered);
            answer.addNodes(
                    NodeBuild.newBuilder()
                            .setNode(node.id().toString())
                            .setHost(node.host())
                            .setUp(node.state() == NodeRecord.State.UP)
                            .setVersion(build.version())
                            .setLowestLevel(build.lowest())
                            .setHighestLevel(build.highest())
                            .setReady(build.speaks(next)));
        }
        return answer.build();
    }

    /** The directory refuses by its records; what nodes said since is looked at here. */
    int finish(int level, long deadlineNanos) throws InterruptedException {
        Map<NodeId, Build> registered = view.builds();
        for (NodeRecord node : nodes()) {
            Build build = build(node, registered);
            if (level > view.directory().featureLevel() && !build.speaks(level)) {
                throw new StoreException(
                        ErrorCode.UPGRADE_NEEDED,
                        "node "
                                + node.id()
                                + " ("
                                + node.host()
                                + ") runs "
                                + build.version()
                                + ", which speaks "
                                + build.range()
                                + " and not level "
                                + level
                                + "; upgrade it first, or remove it");
            }
        }
        view.order(new DirectoryCommand.RaiseFeatureLevel(level), deadlineNanos);
        return view.directory().featureLevel();
    }
}
