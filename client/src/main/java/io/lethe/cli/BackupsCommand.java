package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.BackupCheck;
import io.lethe.client.model.BackupList;
import io.lethe.client.model.BackupStatus;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe backups}. */
@Command(
        name = "backups",
        description = {
            "List the complete copies of the metadata, as far as the node that answers reaches"
                    + " them.",
            "With --check one is read and compared with its checksums."
        })
final class BackupsCommand extends ClientCommand {
    @Option(names = "--check", paramLabel = "ID", description = "read this one to its end")
    private String check = "";

    BackupsCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        if (!check.isEmpty()) {
            return check(client.backups().check(check));
        }
        BackupList list = client.backups().list();
        Table table =
                new Table(out(), "ID", "BEGAN", "ENDED", ">GROUPS", ">ROWS", ">SIZE", "PLACE");
        for (BackupStatus one : list.backups()) {
            if (json()) {
                print(Rows.backup(one));
            } else {
                table.row(
                        one.id(),
                        time(one.began()),
                        time(one.ended()),
                        one.groups(),
                        one.rows(),
                        size(one.bytes()),
                        one.place());
            }
        }
        if (!json()) {
            table.flush();
        }
        list.faults().forEach(fault -> surroundings.err().println("lethe: " + fault));
        return list.faults().isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
    }

    private ExitStatus check(BackupCheck result) {
        if (json()) {
            print(Map.of("places", result.places(), "faults", result.faults()));
        } else if (result.faults().isEmpty()) {
            remark("whole in " + String.join(" and in ", result.places()));
        } else {
            result.faults().forEach(out()::println);
        }
        return result.faults().isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
    }
}
