package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.PartitionRecovery;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe partition recover}. */
@Command(
        name = "recover",
        description = {
            "Show what is left of a metadata partition that has lost most of its replicas.",
            "With --accept-loss one of them goes on alone, and others are made anew of it.",
            "Only where the others are gone for good: they are wiped if they come back."
        })
final class RecoverPartition extends ClientCommand {
    @Parameters(paramLabel = "PARTITION", description = "see 'lethe partitions'")
    private String partition = "";

    @Option(
            names = "--from",
            paramLabel = "NODE",
            description = "whose replica goes on; without it: the one whose log goes furthest")
    private String survivor = "";

    @Option(
            names = "--accept-loss",
            description = "do it: what only the lost replicas had is given up")
    private boolean acceptLoss;

    RecoverPartition(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        PartitionRecovery recovery =
                client.cluster().recoverPartition(partition, survivor, acceptLoss);
        if (json()) {
            print(Rows.recovery(recovery));
        } else {
            Table table =
                    new Table(
                            out(), "NODE", "STATE", "ANSWERS", ">TERM", ">LOGGED", ">APPLIED", "");
            for (PartitionRecovery.Replica one : recovery.replicas()) {
                table.row(
                        one.node(),
                        one.nodeState(),
                        one.answers() ? "yes" : "no",
                        one.lastTerm(),
                        one.lastIndex(),
                        one.appliedIndex(),
                        one.node().equals(recovery.survivor()) ? "best" : "");
            }
            table.flush();
            remark((recovery.ordered() ? "ordered: " : "by --accept-loss: ") + recovery.loss());
            if (recovery.ordered()) {
                remark("'lethe partitions' shows when it has a leader again");
            }
        }
        return ExitStatus.OK;
    }
}
