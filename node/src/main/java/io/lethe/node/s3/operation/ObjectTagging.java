package io.lethe.node.s3.operation;

import io.lethe.node.object.ObjectInfo;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.TreeMap;

/** GET of an object's {@code ?tagging}. */
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
}
