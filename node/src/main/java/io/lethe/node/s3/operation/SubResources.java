package io.lethe.node.s3.operation;

import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
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
            Map.ofEntries(
                    Map.entry("cors", S3Error.NO_SUCH_CORS_CONFIGURATION),
                    Map.entry(
                            "encryption",
                            S3Error.SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND_ERROR),
                    Map.entry("object-lock", S3Error.OBJECT_LOCK_CONFIGURATION_NOT_FOUND_ERROR),
                    Map.entry("ownershipControls", S3Error.OWNERSHIP_CONTROLS_NOT_FOUND_ERROR),
                    Map.entry("policy", S3Error.NO_SUCH_BUCKET_POLICY),
                    Map.entry("policyStatus", S3Error.NO_SUCH_BUCKET_POLICY),
                    Map.entry(
                            "publicAccessBlock", S3Error.NO_SUCH_PUBLIC_ACCESS_BLOCK_CONFIGURATION),
                    Map.entry("replication", S3Error.NO_SUCH_CONFIGURATION),
                    Map.entry("tagging", S3Error.NO_SUCH_TAG_SET),
                    Map.entry("website", S3Error.NO_SUCH_WEBSITE_CONFIGURATION));

    /** Sub-resources whose absence is an empty document, by its root. */
    private static final Map<String, String> EMPTY =
            Map.of(
                    "accelerate", "AccelerateConfiguration",
                    "logging", "BucketLoggingStatus",
                    "notification", "NotificationConfiguration");

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
                        "inventory",
                        "legal-hold",
                        "lifecycle",
                        "restore",
                        "retention",
                        "uploads")) {
            names.put(name, true);
        }
        names.put("uploadId", true);
        return names.keySet();
    }

    static Operation of(Router.About about, String method, String name) {
        boolean read = method.equals("GET") && about == Router.About.BUCKET;
        if (read && ABSENT.containsKey(name)) {
            return call -> {
                existing(call);
                throw ABSENT.get(name).exception().with("BucketName", call.bucket());
            };
        }
        if (read && EMPTY.containsKey(name)) {
            return call -> {
                existing(call);
                call.xml(200, XmlWriter.s3(EMPTY.get(name)));
            };
        }
        if (read && name.equals("requestPayment")) {
            return call -> {
                existing(call);
                call.xml(
                        200,
                        XmlWriter.s3("RequestPaymentConfiguration").text("Payer", "BucketOwner"));
            };
        }
        return _ -> {
            throw S3Error.NOT_IMPLEMENTED.because(
                    "A header or query you provided implies functionality that is not"
                            + " implemented: "
                            + name);
        };
    }

    private static void existing(S3Call call) throws InterruptedException {
        var _ = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
    }
}
