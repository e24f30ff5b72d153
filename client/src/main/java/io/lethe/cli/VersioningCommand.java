package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.Bucket;
import io.lethe.client.model.Versioning;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lethe versioning}. */
@Command(name = "versioning", description = "Show or set whether a bucket keeps older versions.")
final class VersioningCommand extends ClientCommand {
    /** Versioning is never off again, so nobody can ask for that. */
    enum Wanted {
        enabled,
        suspended
    }

    @Parameters(index = "0", paramLabel = "BUCKET", description = "name of the bucket")
    private String bucket = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "STATE",
            description = "${COMPLETION-CANDIDATES}; without it the state is shown")
    private @Nullable Wanted wanted;

    VersioningCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void check() {
        RemoveBucket.checkName(bucket);
    }

    @Override
    ExitStatus run(LetheClient client) {
        Bucket now =
                wanted == null
                        ? client.buckets().get(bucket)
                        : client.buckets()
                                .setVersioning(
                                        bucket,
                                        wanted == Wanted.enabled
                                                ? Versioning.ENABLED
                                                : Versioning.SUSPENDED);
        if (json()) {
            print(Rows.bucket(now));
        } else {
            String state = now.versioning().name().toLowerCase(Locale.ROOT);
            remark("versioning of " + now.name() + " is " + state);
        }
        return ExitStatus.OK;
    }
}
