package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.PartitionMerge;
import java.io.InterruptedIOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lethe partition merge}. */
@Command(
        name = "merge",
        description = {
            "Merge a metadata partition without objects into its neighbour.",
            "Writes into its range wait for a moment. Ctrl-C only stops watching; the same command"
                    + " goes on with it."
        })
final class MergePartition extends ClientCommand {
    @Parameters(paramLabel = "PARTITION", description = "see 'lethe partitions'")
    private String partition = "";

    MergePartition(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) throws InterruptedIOException {
        PartitionMerge now = client.cluster().mergePartition(partition);
        while (!now.done()) {
            pauseBeforeLook();
            now = client.cluster().mergePartition(partition);
        }
        if (json()) {
            print(Json.object("done", now.done(), "heir", now.heir()));
        } else {
            remark(partition + " is no more; " + now.heir() + " has its range");
        }
        return ExitStatus.OK;
    }
}
