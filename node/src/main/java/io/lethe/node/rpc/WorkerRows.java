package io.lethe.node.rpc;

import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.proto.internal.v1.NodeReport;
import io.lethe.proto.v1.ListWorkersRequest;
import io.lethe.proto.v1.WorkerStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What nodes do in the background, as themselves say. Stateless. */
final class WorkerRows {
    /** Asked together for their workers: some 70 of each fill a page about twice. */
    private static final int NODES_AT_ONCE = 32;

    private final ClusterView view;
    private final NodeReports nodeReports;

    WorkerRows(ClusterView view, NodeReports nodeReports) {
        this.view = view;
        this.nodeReports = nodeReports;
    }

    static String name(WorkerStatus worker) {
        return worker.getNode() + "/" + worker.getName();
    }

    /** Workers from the page's beginning on, at least as many as it takes if there are so many. */
    List<WorkerStatus> of(ListWorkersRequest request) throws InterruptedException {
        String after = PageToken.parse(request.getPage().getPageToken()).after().utf8();
        List<NodeId> nodes =
                view.directory().nodes().stream()
                        .filter(node -> node.state() == NodeRecord.State.UP)
                        .map(NodeRecord::id)
                        .filter(
                                node ->
                                        request.getNode().isEmpty()
                                                || node.toString().equals(request.getNode()))
                        // Behind a node's last worker stands what sorts after the slash.
                        .filter(node -> (node + "0").compareTo(after) > 0)
                        .sorted(Comparator.comparing(NodeId::toString))
                        .toList();
        int limit = PageToken.limit(request.getPage().getPageSize());
        List<WorkerStatus> found = new ArrayList<>();
        for (int from = 0; from < nodes.size(); from += NODES_AT_ONCE) {
            List<NodeId> some = nodes.subList(from, Math.min(nodes.size(), from + NODES_AT_ONCE));
            for (NodeReport node : nodeReports.of(some).values()) {
                node.getWorkersList().stream()
                        .filter(worker -> name(worker).compareTo(after) > 0)
                        .forEach(found::add);
            }
            if (found.size() > limit) {
                break;
            }
        }
        return found;
    }
}
