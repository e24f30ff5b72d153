package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.WorkerStatus;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe workers}. */
@Command(name = "workers", description = "List the background workers and their last errors.")
final class Workers extends ClusterList<WorkerStatus> {
    @Option(names = "--node", paramLabel = "NODE", description = "only this node's")
    private String node = "";

    Workers(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    String[] columns() {
        return new String[] {
            "NODE", "WORKER", "STATE", ">STEPS", ">BACKLOG", "LAST STEP", ">ERRORS", "LAST ERROR"
        };
    }

    @Override
    Iterable<WorkerStatus> rows(LetheClient client) {
        return client.cluster().workers(node);
    }

    @Override
    Map<String, Object> json(WorkerStatus worker) {
        return Rows.worker(worker);
    }

    @Override
    void show(Table table, WorkerStatus worker) {
        table.row(
                worker.node(),
                worker.name(),
                worker.state(),
                worker.steps(),
                worker.backlog(),
                worker.lastStep().map(this::time).orElse("-"),
                worker.errors(),
                orDash(worker.lastError()));
    }
}
