package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.PlacementGroupStatus;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code lethe pgs}. */
@Command(name = "pgs", description = "List the placement groups.")
final class PlacementGroups extends ClusterList<PlacementGroupStatus> {
    PlacementGroups(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    String[] columns() {
        return new String[] {">PG", ">EPOCH", "CLASS", "CODE", "STATE", ">AWAY", "DEVICES"};
    }

    @Override
    Iterable<PlacementGroupStatus> rows(LetheClient client) {
        return client.cluster().placementGroups();
    }

    @Override
    Map<String, Object> json(PlacementGroupStatus group) {
        return Rows.placementGroup(group);
    }

    @Override
    void show(Table table, PlacementGroupStatus group) {
        table.row(
                group.id(),
                group.epoch(),
                group.storageClass(),
                group.dataChunks() + "+" + group.parityChunks(),
                group.state(),
                group.membersUnavailable(),
                String.join(",", group.devices()));
    }
}
