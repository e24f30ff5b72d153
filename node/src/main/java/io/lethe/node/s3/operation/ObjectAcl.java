package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.CannedAcl;

/** GET and PUT of an object's {@code ?acl}: one of those with a name, kept with the version. */
final class ObjectAcl {
    private ObjectAcl() {}

    static void get(S3Call call) throws InterruptedException {
        ObjectInfo info = ObjectAnswers.head(call);
        ObjectHeaders.versionId(call, info);
        CannedAcl acl =
                CannedAcl.byWord(info.attributes().acl())
                        .filter(_ -> call.access().hasAcls())
                        .orElse(CannedAcl.PRIVATE);
        call.content(200, "application/xml", Acls.document(call, acl));
    }

    static void put(S3Call call) throws InterruptedException {
        String kept = Acls.kept(call, Acls.put(call));
        ObjectInfo now =
                call.ports()
                        .objects()
                        .setAcl(
                                call.caller(),
                                call.bucket(),
                                call.key(),
                                ObjectAnswers.wantedVersion(call),
                                kept,
                                call.deadlineNanos());
        ObjectHeaders.versionId(call, now);
        call.empty(200);
    }
}
