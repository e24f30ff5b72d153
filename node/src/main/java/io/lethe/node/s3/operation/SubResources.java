package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.access.Rights;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * S3's sub-resources that are not served. What was never set is answered as S3 does for a bucket
 * without it, which is the truth; setting it is refused.
 */
final class SubResources {
    /** What GET says of a bucket that has none. */
    private static final Map<String, S3Error> ABSENT =
            Map.ofEntries(Map.entry("replication", S3Error.NO_SUCH_CONFIGURATION));

    /** Sub-resources whose absence is an empty document, by its root. */
    private static final Map<String, String> EMPTY =
            Map.of("accelerate", "AccelerateConfiguration");

    /** What a reader needs, of those above and of who pays, which is always the owner. */
    private static final Map<String, String> READ_RIGHTS =
            Map.ofEntries(
                    Map.entry("accelerate", "s3:GetAccelerateConfiguration"),
                    Map.entry("replication", "s3:GetReplicationConfiguration"),
                    Map.entry("requestPayment", "s3:GetBucketRequestPayment"));

    /** Never served, by what S3 calls them. */
    static final Map<String, String> REFUSED =
            Map.of(
                    "select", "SelectObjectContent",
                    "torrent", "GetObjectTorrent",
                    "accelerate", "PutBucketAccelerateConfiguration",
                    "requestPayment", "PutBucketRequestPayment",
                    "replication", "PutBucketReplication",
                    "analytics", "PutBucketAnalyticsConfiguration",
                    "metrics", "PutBucketMetricsConfiguration",
                    "intelligent-tiering", "PutBucketIntelligentTieringConfiguration");

    /** Every parameter that names one, in the order in which they are looked for. */
    static final Set<String> ALL = all();

    private SubResources() {}

    private static Set<String> all() {
        Map<String, Boolean> names = new TreeMap<>();
        ABSENT.keySet().forEach(name -> names.put(name, true));
        EMPTY.keySet().forEach(name -> names.put(name, true));
        REFUSED.keySet().forEach(name -> names.put(name, true));
        for (String name :
                Set.of(
                        "attributes",
                        "encryption",
                        "inventory",
                        "legal-hold",
                        "object-lock",
                        "lifecycle",
                        "logging",
                        "notification",
                        "ownershipControls",
                        "policy",
                        "policyStatus",
                        "publicAccessBlock",
                        "cors",
                        "website",
                        "tagging",
                        "restore",
                        "retention",
                        "uploads")) {
            names.put(name, true);
        }
        names.put("uploadId", true);
        return names.keySet();
    }

    /** The operation, and the right that it needs all the same: what is absent is told to few. */
    static Router.Route of(Router.About about, String method, String name) {
        boolean read = method.equals("GET") && about == Router.About.BUCKET;
        String right = read ? READ_RIGHTS.get(name) : null;
        if (right == null) {
            throw notImplemented(name);
        }
        return new Router.Route(
                "", Rights.of(right), about, method, name, call -> absent(call, name));
    }

    private static void absent(S3Call call, String name) throws InterruptedException {
        var _ = call.ports().buckets().look(call.caller(), call.bucket(), call.deadlineNanos());
        S3Error missing = ABSENT.get(name);
        if (missing != null) {
            throw missing.exception().with("BucketName", call.bucket());
        }
        call.xml(
                200,
                name.equals("requestPayment")
                        ? XmlWriter.s3("RequestPaymentConfiguration").text("Payer", "BucketOwner")
                        : XmlWriter.s3(EMPTY.getOrDefault(name, name)));
    }

    private static S3Exception notImplemented(String name) {
        return S3Error.NOT_IMPLEMENTED.because(
                "A header or query you provided implies functionality that is not"
                        + " implemented: "
                        + name);
    }
}
