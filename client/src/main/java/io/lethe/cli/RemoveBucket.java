package io.lethe.cli;

import io.lethe.client.LetheClient;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lethe rb}. */
@Command(
        name = "rb",
        description = "Remove empty buckets. 'lethe rm -r --all-versions BUCKET' empties one.")
final class RemoveBucket extends ClientCommand {
    @Parameters(arity = "1..*", paramLabel = "BUCKET", description = "names of the buckets")
    private List<String> buckets = new ArrayList<>();

    RemoveBucket(Surroundings surroundings) {
        super(surroundings);
    }

    /** Refuses paths, which are most likely meant for another command. */
    static void checkName(String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            throw new UsageException("'" + name + "' is not a bucket's name; write it without '/'");
        }
    }

    @Override
    void check() {
        buckets.forEach(RemoveBucket::checkName);
    }

    @Override
    ExitStatus run(LetheClient client) {
        for (String name : buckets) {
            client.buckets().delete(name);
            if (json()) {
                print(Json.object("removed", name));
            } else {
                remark("removed " + name);
            }
        }
        return ExitStatus.OK;
    }
}
