package io.lethe.cli;

import io.lethe.client.CopyOptions;
import io.lethe.client.LetheClient;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.CopyResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lethe cp}. */
@Command(
        name = "cp",
        description = {
            "Copy an object inside the cluster.",
            "Where the target is a bucket or ends in '/', the copy keeps its name."
        })
final class Copy extends ClientCommand {
    @Parameters(index = "0", paramLabel = "BUCKET/KEY", description = "what to copy")
    private String source = "";

    @Parameters(index = "1", paramLabel = "BUCKET[/KEY]", description = "where to")
    private String target = "";

    @Option(names = "--version-id", paramLabel = "ID", description = "this version of the source")
    private String versionId = "";

    @Option(names = "--class", paramLabel = "NAME", description = "storage class of the copy")
    private String storageClass = "";

    @Option(names = "--if-absent", description = "only where the target has no object yet")
    private boolean ifAbsent;

    Copy(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitStatus run(LetheClient client) {
        ObjectPath from = ObjectPath.parseObject(source);
        ObjectPath to = ObjectPath.parse(target);
        if (to.isFolder()) {
            to = to.under(from.name());
        }
        CopyResult copied =
                client.objects()
                        .copy(
                                from.bucket(),
                                from.key(),
                                to.bucket(),
                                to.key(),
                                CopyOptions.builder()
                                        .sourceVersionId(versionId)
                                        .storageClass(storageClass)
                                        .conditions(
                                                ifAbsent ? Conditions.absent() : Conditions.NONE)
                                        .build());
        if (json()) {
            print(Rows.copy(from, to, copied));
        } else {
            remark("copied to " + to + "  " + size(copied.stored().sizeBytes()));
        }
        return ExitStatus.OK;
    }
}
