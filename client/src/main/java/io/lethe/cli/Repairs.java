package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.RepairStatus;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code lethe repairs}. */
@Command(
        name = "repairs",
        description = {
            "List the placement groups of which a chunk goes over to another device, or should.",
            "RUNNING: the target works on it. BEGUN: it will, or its node does not answer. WAITING:"
                    + " nothing moves yet, for a device may still come back, devices take other"
                    + " groups first, or none is left in a failure domain of its own.",
            "LACKING counts the members that cannot be read. LEFT is an estimate, where there is"
                    + " one."
        })
final class Repairs extends ClusterList<RepairStatus> {
    Repairs(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    String[] columns() {
        return new String[] {
            ">PG",
            "STATE",
            ">LACKING",
            ">CHUNK",
            "FROM",
            "TO",
            "PHASE",
            ">SEGMENTS",
            ">CHUNKS",
            ">BYTES",
            ">LEFT"
        };
    }

    @Override
    Iterable<RepairStatus> rows(LetheClient client) {
        return client.cluster().repairs();
    }

    @Override
    Map<String, Object> json(RepairStatus repair) {
        return Rows.repair(repair);
    }

    @Override
    void show(Table table, RepairStatus repair) {
        boolean runs = !repair.phase().isEmpty();
        table.row(
                repair.placementGroup(),
                repair.state(),
                repair.membersLacking().size(),
                repair.to().isEmpty() ? "-" : repair.chunk(),
                orDash(repair.from()),
                orDash(repair.to()),
                orDash(repair.phase()),
                runs ? repair.segmentsSeen() : "-",
                runs ? repair.chunksMended() : "-",
                runs ? size(repair.bytes()) : "-",
                repair.left().map(left -> Amounts.time(left.toSeconds())).orElse("-"));
    }
}
