package io.lethe.node.s3.operation;

import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.VersioningConfiguration;
import io.lethe.node.s3.xml.XmlWriter;

/** GET and PUT of {@code ?versioning}. */
final class BucketVersioning {
    private BucketVersioning() {}

    static void get(S3Call call) throws InterruptedException {
        Versioning now =
                call.ports()
                        .buckets()
                        .get(call.caller(), call.bucket(), call.deadlineNanos())
                        .versioning();
        XmlWriter out = XmlWriter.s3("VersioningConfiguration");
        switch (now) {
            case OFF -> {}
            case ENABLED -> out.text("Status", "Enabled");
            case SUSPENDED -> out.text("Status", "Suspended");
        }
        call.xml(200, out);
    }

    static void put(S3Call call) throws InterruptedException {
        VersioningConfiguration wanted = VersioningConfiguration.parse(call.wholeBody(true));
        call.ports()
                .buckets()
                .setVersioning(
                        call.caller(),
                        call.bucket(),
                        switch (wanted.status()) {
                            case ENABLED -> Versioning.ENABLED;
                            case SUSPENDED -> Versioning.SUSPENDED;
                        },
                        call.deadlineNanos());
        call.empty(200);
    }
}
