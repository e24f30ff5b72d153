package io.lethe.cli;

import io.lethe.client.LetheClient;
import io.lethe.client.model.Bucket;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lethe storage-class}. */
@Command(
        name = "storage-class",
        description = {
            "Show or set the storage class of a bucket's objects.",
            "What is stored already is brought over in the background, except objects that were"
                    + " stored in a class of their own."
        })
final class StorageClassCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "BUCKET", description = "name of the bucket")
    private String bucket = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "CLASS",
            description = "name of a class; without it the present one is shown")
    private String wanted = "";

    StorageClassCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void check() {
        RemoveBucket.checkName(bucket);
    }

    @Override
    ExitStatus run(LetheClient client) {
        Bucket now =
                wanted.isEmpty()
                        ? client.buckets().get(bucket)
                        : client.buckets().setStorageClass(bucket, wanted);
        if (json()) {
            print(Rows.bucket(now));
        } else {
            remark(
                    "the storage class of "
                            + now.name()
                            + " is "
                            + now.storageClass()
                            + (now.recoding() ? "; older objects are being brought over" : ""));
        }
        return ExitStatus.OK;
    }
}
