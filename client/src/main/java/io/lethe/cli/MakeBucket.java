package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.Bucket;
import io.lethe.client.model.Versioning;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe mb}. */
@Command(name = "mb", description = "Make buckets.")
final class MakeBucket extends ClientCommand {
    @Parameters(arity = "1..*", paramLabel = "BUCKET", description = "names of the buckets")
    private List<String> buckets = new ArrayList<>();

    @Option(
            names = "--class",
            paramLabel = "NAME",
            description = "storage class; else the cluster's default")
    private String storageClass = "";

    @Option(names = "--versioning", description = "keep older versions")
    private boolean versioning;

    MakeBucket(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void check() {
        buckets.forEach(RemoveBucket::checkName);
    }

    @Override
    ExitStatus run(LetheClient client) {
        for (String name : buckets) {
            Bucket made =
                    client.buckets()
                            .create(
                                    name,
                                    storageClass,
                                    versioning ? Versioning.ENABLED : Versioning.OFF);
            if (json()) {
                print(Rows.bucket(made));
            } else {
                remark("made " + made.name() + " (" + made.storageClass() + ")");
            }
        }
        return ExitStatus.OK;
    }
}
