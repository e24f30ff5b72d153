package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.s3.PageToken;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.List;

/** GET of the service: the caller's buckets by name, in pages. */
final class ListBuckets implements Operation {
    /** As S3. */
    private static final int MOST = 10_000;

    /** Buckets looked up at once. */
    private static final int PAGE = 1_000;

    @Override
    public void run(S3Call call) throws InterruptedException {
        int limit = Parameters.number(call, "max-buckets", MOST, 1, MOST);
        String prefix = Parameters.key(call, "prefix");
        String token = call.request().parameter("continuation-token").orElse("");
        String after = token.isEmpty() ? "" : decoded(token);
        String before = before(prefix);
        if (before.compareTo(after) > 0) {
            after = before;
        }
        XmlWriter out = XmlWriter.s3("ListAllMyBucketsResult");
        Owners.write(out, "Owner", call);
        out.open("Buckets");
        int written = 0;
        boolean more = true;
        while (more && written < limit) {
            int wanted = Math.min(PAGE, limit - written);
            List<BucketRecord> page = page(call, after, wanted);
            for (BucketRecord bucket : page) {
                more = bucket.name().startsWith(prefix);
                if (!more) {
                    break;
                }
                write(out, call, bucket);
                after = bucket.name();
                written++;
            }
            more = more && page.size() == wanted;
        }
        boolean truncated =
                more
                        && page(call, after, 1).stream()
                                .anyMatch(bucket -> bucket.name().startsWith(prefix));
        out.close();
        if (truncated) {
            PageToken next = new PageToken(PageToken.Kind.BUCKETS, Bytes.utf8(after));
            out.text("ContinuationToken", next.encode());
        }
        if (!prefix.isEmpty()) {
            out.text("Prefix", prefix);
        }
        call.xml(200, out);
    }

    private static List<BucketRecord> page(S3Call call, String after, int limit)
            throws InterruptedException {
        return call.ports().buckets().list(call.caller(), after, limit, call.deadlineNanos());
    }

    private static String decoded(String token) {
        return PageToken.decode(token, PageToken.Kind.BUCKETS).position().utf8();
    }

    /** A text behind which the first name is that begins so: names are ASCII without a tilde. */
    private static String before(String prefix) {
        if (prefix.isEmpty()) {
            return "";
        }
        int last = prefix.length() - 1;
        return prefix.charAt(last) == 0
                ? prefix.substring(0, last)
                : prefix.substring(0, last) + (char) (prefix.charAt(last) - 1) + '~';
    }

    private static void write(XmlWriter out, S3Call call, BucketRecord bucket) {
        out.open("Bucket")
                .text("Name", bucket.name())
                .date("CreationDate", bucket.createdMillis())
                .text("BucketRegion", call.ports().settings().region())
                .close();
    }
}
