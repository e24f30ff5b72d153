package io.lethe.node.s3.operation;

import io.lethe.node.model.BucketRecord;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.List;

/** GET of the service: the caller's buckets by name, in pages. */
final class ListBuckets implements Operation {
    /** As S3. */
    private static final int MOST = 10_000;

    @Override
    public void run(S3Call call) throws InterruptedException {
        int limit = Parameters.number(call, "max-buckets", MOST, 1, MOST);
        String prefix = call.request().parameter("prefix").orElse("");
        String after = call.request().parameter("continuation-token").orElse("");
        XmlWriter out = XmlWriter.s3("ListAllMyBucketsResult");
        Owners.write(out, "Owner", call);
        out.open("Buckets");
        int written = 0;
        String next = "";
        List<BucketRecord> page =
                call.ports().buckets().list(call.caller(), after, MOST, call.deadlineNanos());
        for (BucketRecord bucket : page) {
            if (!bucket.name().startsWith(prefix)) {
                continue;
            }
            if (written == limit) {
                next = after;
                break;
            }
            out.open("Bucket")
                    .text("Name", bucket.name())
                    .date("CreationDate", bucket.createdMillis())
                    .text("BucketRegion", call.ports().settings().region())
                    .close();
            after = bucket.name();
            written++;
        }
        out.close();
        if (!next.isEmpty()) {
            out.text("ContinuationToken", next);
        }
        if (!prefix.isEmpty()) {
            out.text("Prefix", prefix);
        }
        call.xml(200, out);
    }
}
