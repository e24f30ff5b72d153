package io.lethe.cli;

import io.lethe.client.LetheClient;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code lethe backup}. */
@Command(
        name = "backup",
        description = {
            "Have the metadata copied now, in every place that is configured.",
            "'lethe workers' shows how far it is, 'lethe backups' when it is complete."
        })
final class BackupCommand extends ClientCommand {
    BackupCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        Instant asked = client.backups().start();
        if (json()) {
            print(Map.of("asked", asked.toString()));
        } else {
            remark("asked for; see 'lethe backups'");
        }
        return ExitStatus.OK;
    }
}
