package io.lethe.cli;

import io.lethe.client.LetheClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe device add}. */
@Command(
        name = "add",
        description = {
            "Have a node use another disk, from now on and after each start.",
            "Mount it on the node first; it must be empty. It gets data as the cluster evens out."
        })
final class AddDevice extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NODE", description = "id of the node, see 'lethe nodes'")
    private String node = "";

    @Parameters(index = "1", paramLabel = "PATH", description = "directory on the node, absolute")
    private String path = "";

    @Option(
            names = "--capacity-bytes",
            paramLabel = "BYTES",
            description = "use at most this much; without it: all that its file system has")
    private long capacityBytes;

    @Option(
            names = "--shared-disk",
            description = "take it although another device is on the same file system")
    private boolean sharedDisk;

    AddDevice(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void check() {
        if (capacityBytes < 0) {
            throw new UsageException("a capacity of " + capacityBytes + " bytes");
        }
    }

    @Override
    ExitStatus run(LetheClient client) {
        String device = client.cluster().addDevice(node, path, capacityBytes, sharedDisk);
        if (json()) {
            print(Json.object("id", device, "node", node, "path", path));
        } else {
            remark("added " + device + "; see 'lethe devices'");
        }
        return ExitStatus.OK;
    }
}
