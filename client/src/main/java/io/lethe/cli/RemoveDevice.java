package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.DeviceStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe device remove}. */
@Command(
        name = "remove",
        description = {
            "Take a device out for good: it comes back only empty, under a new id.",
            "Refused while placement groups are on it; drain it first."
        })
final class RemoveDevice extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "id of the device, see 'lethe devices'")
    private String device = "";

    @Option(
            names = "--lost",
            description =
                    "it is away for good: give up what it has, and make that anew from others"
                            + " without waiting for it")
    private boolean lost;

    RemoveDevice(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        DeviceStatus removed = client.cluster().removeDevice(device, lost);
        if (json()) {
            print(Rows.device(removed));
        } else if (removed.placementGroups() > 0) {
            remark(
                    "removed "
                            + device
                            + "; its chunks are made anew in "
                            + removed.placementGroups()
                            + " placement groups, see 'lethe repairs'");
        } else {
            remark("removed " + device);
        }
        return ExitStatus.OK;
    }
}
