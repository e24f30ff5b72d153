package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.access.RequestKeys;
import io.lethe.node.s3.xml.XmlWriter;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;

/** GET, PUT and DELETE of {@code ?policy}, and GET of {@code ?policyStatus}. */
final class BucketPolicy {
    private BucketPolicy() {}

    static void get(S3Call call) throws InterruptedException {
        checkOwners(call);
        Bytes policy =
                BucketDocuments.find(call, BucketSetting.POLICY, S3Error.NO_SUCH_BUCKET_POLICY);
        call.content(200, "application/json", policy.toArray());
    }

    static void put(S3Call call) throws InterruptedException {
        checkOwners(call);
        byte[] body = call.wholeBody(true);
        Policy policy = parse(call, body);
        RequestKeys.unread(policy)
                .ifPresent(
                        key -> {
                            throw S3Error.MALFORMED_POLICY.because(
                                    "Policy has an invalid condition key: "
                                            + key
                                            + " is not supported here");
                        });
        if (policy.isPublic() && call.access().block().blockPublicPolicy()) {
            throw S3Error.ACCESS_DENIED.because(
                    "public policies are prevented by the BlockPublicPolicy setting in S3 Block"
                            + " Public Access");
        }
        BucketDocuments.set(call, BucketSetting.POLICY, Bytes.wrap(body));
        call.empty(204);
    }

    /** A policy may grant all of S3 to others; itself it stays its owner's, as in S3. */
    private static void checkOwners(S3Call call) {
        if (!call.access().isOwners()) {
            throw S3Error.METHOD_NOT_ALLOWED
                    .exception()
                    .with("Method", call.request().method())
                    .with("ResourceType", "BUCKETPOLICY");
        }
    }

    private static Policy parse(S3Call call, byte[] json) {
        try {
            return PolicyParser.bucket(json, call.bucket());
        } catch (MalformedPolicyException e) {
            String why = e.getMessage();
            throw why == null
                    ? S3Error.MALFORMED_POLICY.exception()
                    : S3Error.MALFORMED_POLICY.because(why);
        }
    }

    static void delete(S3Call call) throws InterruptedException {
        checkOwners(call);
        BucketDocuments.set(call, BucketSetting.POLICY, Bytes.EMPTY);
        call.empty(204);
    }

    static void status(S3Call call) throws InterruptedException {
        Bytes policy =
                BucketDocuments.find(call, BucketSetting.POLICY, S3Error.NO_SUCH_BUCKET_POLICY);
        boolean open = parse(call, policy.toArray()).isPublic();
        call.xml(200, XmlWriter.s3("PolicyStatus").bool("IsPublic", open));
    }
}
