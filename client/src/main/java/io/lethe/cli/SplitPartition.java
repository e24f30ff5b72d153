package io.lethe.cli;

import io.lethe.client.LetheClient;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe partition split}. */
@Command(
        name = "split",
        description = {
            "Split a metadata partition in two while it is read and written.",
            "'lethe partitions' shows both halves once it is done."
        })
final class SplitPartition extends ClientCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "PARTITION",
            description = "see 'lethe partitions'; without one: that which has the key of --at")
    private String partition = "";

    @Option(
            names = "--at",
            paramLabel = "BUCKET/KEY",
            description = "the first key of the second half; without it: the middle one")
    private String at = "";

    @Option(
            names = "--account",
            paramLabel = "NAME",
            description = "alias or number of the account whose bucket --at names; else yours")
    private String account = "";

    SplitPartition(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        if (partition.isEmpty() && at.isEmpty()) {
            throw new UsageException("name a partition, a key with --at, or both");
        }
        ObjectPath path = at.isEmpty() ? new ObjectPath("", "") : ObjectPath.parseObject(at);
        String child =
                client.cluster().splitPartition(partition, account, path.bucket(), path.key());
        if (json()) {
            print(Map.of("child", child));
        } else {
            remark(child + " gets the second half; see 'lethe partitions'");
        }
        return ExitStatus.OK;
    }
}
