package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.XmlWriter;

/** Everything in a bucket is its tenant's. */
final class Owners {
    private Owners() {}

    static void write(XmlWriter out, String element, S3Call call) {
        String id = call.access().owner().canonical();
        out.open(element).text("ID", id).text("DisplayName", id).close();
    }
}
