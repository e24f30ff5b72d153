package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Exception;

/** The body of an answer that is an error. Static and pure. */
public final class ErrorDocument {
    private ErrorDocument() {}

    /** Of S3. */
    public static byte[] write(
            S3Exception failure, String resource, String requestId, String hostId) {
        XmlWriter out =
                XmlWriter.plain("Error")
                        .text("Code", failure.error().code())
                        .text("Message", failure.message());
        failure.fields().forEach(out::text);
        return out.text("Resource", resource)
                .text("RequestId", requestId)
                .text("HostId", hostId)
                .end();
    }

    /** Of STS. */
    public static byte[] writeSts(S3Exception failure, String requestId) {
        return XmlWriter.sts("ErrorResponse")
                .open("Error")
                .text("Type", failure.error().httpStatus() < 500 ? "Sender" : "Receiver")
                .text("Code", failure.error().code())
                .text("Message", failure.message())
                .close()
                .text("RequestId", requestId)
                .end();
    }
}
