package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.ReplicaMove;
import java.io.InterruptedIOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe partition move}. */
@Command(
        name = "move",
        description = {
            "Move a replica of a metadata partition to another node, without a pause.",
            "The new one is there before the old one goes. Ctrl-C only stops watching; the same"
                    + " command goes on with it."
        })
final class MovePartition extends ClientCommand {
    @Parameters(paramLabel = "PARTITION", description = "see 'lethe partitions'")
    private String partition = "";

    @Option(
            names = "--from",
            required = true,
            paramLabel = "NODE",
            description = "the node that has a replica now")
    private String from = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "NODE",
            description = "the node that gets one instead, see 'lethe nodes'")
    private String to = "";

    MovePartition(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) throws InterruptedIOException {
        ReplicaMove now = client.cluster().movePartition(partition, from, to);
        ReplicaMove said = null;
        while (!now.done()) {
            if (!now.equals(said)) {
                say(now, "node " + to + " has applied " + now.appliedIndex() + " of " + all(now));
                said = now;
            }
            pauseBeforeLook();
            now = client.cluster().movePartition(partition, from, to);
        }
        say(now, partition + " is on node " + to + " now, and not on " + from);
        return ExitStatus.OK;
    }

    private static String all(ReplicaMove move) {
        return move.leaderAppliedIndex() == 0
                ? "as yet unknown many entries"
                : move.leaderAppliedIndex() + " entries";
    }

    private void say(ReplicaMove move, String remark) {
        if (json()) {
            print(
                    Json.object(
                            "done",
                            move.done(),
                            "applied_index",
                            move.appliedIndex(),
                            "leader_applied_index",
                            move.leaderAppliedIndex()));
        } else {
            remark(remark);
        }
    }
}
