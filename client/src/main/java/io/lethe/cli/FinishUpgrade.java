package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.UpgradeStatus;
import picocli.CommandLine.Command;

/** {@code lethe upgrade finish}. */
@Command(
        name = "finish",
        description = {
            "Put in force what the new version brings, once all nodes run it.",
            "There is no way back to the version before then."
        })
final class FinishUpgrade extends ClientCommand {
    FinishUpgrade(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        UpgradeStatus status = client.cluster().upgrade();
        int level = status.featureLevel();
        if (status.nextLevel() > 0) {
            level = client.cluster().finishUpgrade(status.nextLevel());
        }
        if (json()) {
            print(Json.object("feature_level", level));
        } else if (status.nextLevel() == 0) {
            remark("feature level " + level + " is in force, and no node speaks a higher one");
        } else {
            remark("feature level " + level + " is in force");
        }
        return ExitStatus.OK;
    }
}
