package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;

/** GET and PUT of an object's {@code ?acl}. */
final class ObjectAcl {
    private ObjectAcl() {}

    static void get(S3Call call) throws InterruptedException {
        ObjectHeaders.versionId(call, ObjectAnswers.head(call));
        call.content(200, "application/xml", Acls.owners(call));
    }

    static void put(S3Call call) throws InterruptedException {
        var _ = ObjectAnswers.head(call);
        Acls.putObject(call);
    }
}
