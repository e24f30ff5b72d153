package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.Tagging;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.Map;
import java.util.TreeMap;

/** GET, PUT and DELETE of a version's {@code ?tagging}. */
final class ObjectTagging {
    private ObjectTagging() {}

    static void get(S3Call call) throws InterruptedException {
        ObjectInfo info = ObjectAnswers.head(call);
        ObjectHeaders.versionId(call, info);
        XmlWriter out = XmlWriter.s3("Tagging").open("TagSet");
        new TreeMap<>(info.attributes().tags())
                .forEach(
                        (name, value) ->
                                out.open("Tag").text("Key", name).text("Value", value).close());
        call.xml(200, out);
    }

    static void put(S3Call call) throws InterruptedException {
        set(call, Tagging.parseObject(call.wholeBody(true)).toMap());
        call.empty(200);
    }

    static void delete(S3Call call) throws InterruptedException {
        set(call, Map.of());
        call.empty(204);
    }

    private static void set(S3Call call, Map<String, String> tags) throws InterruptedException {
        ObjectInfo now =
                call.ports()
                        .objects()
                        .setTags(
                                call.caller(),
                                call.bucket(),
                                call.key(),
                                ObjectAnswers.wantedVersion(call),
                                tags,
                                call.deadlineNanos());
        ObjectHeaders.versionId(call, now);
    }
}
