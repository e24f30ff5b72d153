package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.PartitionStatus;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code lethe partitions}. */
@Command(name = "partitions", description = "List the metadata partitions and the directory.")
final class Partitions extends ClusterList<PartitionStatus> {
    Partitions(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    String[] columns() {
        return new String[] {
            "PARTITION",
            "FROM",
            "TO",
            "LEADER",
            "UP",
            "VOTERS",
            ">APPLIED",
            ">ROWS",
            ">SIZE",
            ">CMDS/S",
            "CHANGE",
            "RECOVERED"
        };
    }

    @Override
    Iterable<PartitionStatus> rows(LetheClient client) {
        return client.cluster().partitions();
    }

    @Override
    Map<String, Object> json(PartitionStatus partition) {
        return Rows.partition(partition);
    }

    @Override
    void show(Table table, PartitionStatus partition) {
        table.row(
                partition.id(),
                orDash(partition.from()),
                orDash(partition.to()),
                partition.leader().isEmpty() ? "NONE" : partition.leader(),
                partition.votersUp() + "/" + partition.voters().size(),
                String.join(",", partition.voters()),
                partition.appliedIndex(),
                partition.rows(),
                size(partition.sizeBytes()),
                partition.commandsPerSecond(),
                orDash(partition.change()),
                partition.recoveredMillis() == 0
                        ? "-"
                        : time(Instant.ofEpochMilli(partition.recoveredMillis())));
    }
}
