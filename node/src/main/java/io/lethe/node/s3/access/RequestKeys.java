package io.lethe.node.s3.access;

import io.lethe.node.s3.CopySource;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.TaggingHeader;
import io.lethe.node.s3.sigv4.Authentication;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.RequestContext;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The condition keys that a request gives. A key that is not set is absent, which is the truth for
 * what Lethe has not (organizations, VPCs, access points); keys that it has and does not read yet
 * are named by {@link #unread}, and policies with them are refused, since a condition that never
 * sees its value would hold where it must not. Immutable.
 *
 * @param nowMillis when the request came
 * @param ofBody keys that the body gives, as far as a policy asks for them
 * @param copied the bucket that the request copies from
 * @param awaited how the keys begin that the body will give, once it is read; empty: none
 */
public record RequestKeys(
        S3Request request,
        Authentication how,
        InetAddress remote,
        String tlsVersion,
        String region,
        long nowMillis,
        @Nullable Map<String, List<String>> ofBody,
        @Nullable Target copied,
        String awaited) {
    static final String EXISTING_TAG = "s3:ExistingObjectTag/";
    static final String BUCKET_TAG = "s3:BucketTag/";

    /** Headers whose key is their own name. */
    private static final Set<String> HEADERS =
            Set.of(
                    "if-match",
                    "if-none-match",
                    "x-amz-acl",
                    "x-amz-content-sha256",
                    "x-amz-grant-full-control",
                    "x-amz-grant-read",
                    "x-amz-grant-read-acp",
                    "x-amz-grant-write",
                    "x-amz-grant-write-acp",
                    "x-amz-metadata-directive",
                    "x-amz-object-ownership",
                    "x-amz-server-side-encryption",
                    "x-amz-server-side-encryption-aws-kms-key-id",
                    "x-amz-server-side-encryption-customer-algorithm",
                    "x-amz-storage-class",
                    "x-amz-website-redirect-location");

    private static final Map<String, String> OTHER_HEADERS =
            Map.of(
                    "x-amz-object-lock-mode", "s3:object-lock-mode",
                    "x-amz-object-lock-legal-hold", "s3:object-lock-legal-hold",
                    "user-agent", "aws:UserAgent",
                    "referer", "aws:Referer");

    private static final Set<String> PARAMETERS = Set.of("prefix", "delimiter", "max-keys");

    /** Keys, or their beginnings, that AWS has and this door does not read. */
    private static final List<String> UNREAD =
            List.of("aws:resourcetag/", "aws:requesttag/", "aws:tagkeys");

    /** A condition key that a policy uses and that is not read; empty where there is none. */
    public static Optional<String> unread(Policy policy) {
        return UNREAD.stream().filter(policy::uses).findFirst();
    }

    /** Without what is read later. */
    public RequestKeys(
            S3Request request,
            Authentication how,
            InetAddress remote,
            String tlsVersion,
            String region,
            long nowMillis) {
        this(request, how, remote, tlsVersion, region, nowMillis, null, null, "");
    }

    /**
     * What is known beside the request, as far as a policy asks for it.
     *
     * @param copiedNames the names of the bucket that the request copies from; none: copies nothing
     * @param objectTags of the version that is meant, or of the current one
     */
    record Looked(
            List<String> copiedNames,
            Map<String, String> objectTags,
            Map<String, String> bucketTags) {}

    RequestContext of(Principal principal, Guard.Wanted wanted, Looked looked) {
        RequestContext.Builder keys =
                RequestContext.builder().caller(principal.identity()).unknown(awaited);
        keys.put("aws:SourceIp", address());
        keys.put("aws:SecureTransport", Boolean.toString(!tlsVersion.isEmpty()));
        if (!tlsVersion.isEmpty()) {
            keys.put("s3:TlsVersion", tlsVersion);
        }
        keys.put("aws:CurrentTime", HttpDates.iso(nowMillis));
        keys.put("aws:EpochTime", Long.toString(nowMillis / 1000));
        keys.put("aws:RequestedRegion", region);
        keys.put("aws:ViaAWSService", "false");
        wanted.target()
                .owner()
                .ifPresent(
                        owner -> {
                            keys.put("aws:ResourceAccount", owner.account());
                            keys.put("s3:ResourceAccount", owner.account());
                        });
        for (String name : request.headerNames()) {
            String key = HEADERS.contains(name) ? "s3:" + name : OTHER_HEADERS.get(name);
            // Where the body says it, a header that the operation does not read must not.
            if (key != null && (ofBody == null || !key.startsWith(BodyKeys.LOCKS))) {
                // Operations take an empty header for an absent one, or refuse it.
                request.header(name)
                        .filter(value -> !value.isEmpty())
                        .ifPresent(value -> keys.put(key, value));
            }
        }
        for (String name : PARAMETERS) {
            request.parameter(name).ifPresent(value -> keys.put("s3:" + name, value));
        }
        Principal.Origin origin = principal.origin();
        if (origin != null) {
            keys.put("aws:TokenIssueTime", HttpDates.iso(origin.issuedMillis()));
            keys.put("aws:MultiFactorAuthPresent", "false");
        }
        signature(keys);
        if (ofBody == null) {
            written(keys);
        } else {
            ofBody.forEach(keys::put);
        }
        if (!looked.copiedNames().isEmpty()) {
            keys.put("s3:x-amz-copy-source", copySources(looked.copiedNames()));
        }
        looked.objectTags().forEach((tag, value) -> keys.put(EXISTING_TAG + tag, value));
        looked.bucketTags().forEach((tag, value) -> keys.put(BUCKET_TAG + tag, value));
        if (wanted.action().equals("s3:PutObject")) {
            keys.put("s3:ObjectCreationOperation", Boolean.toString(createsObject()));
        }
        if (!wanted.versionId().isEmpty()) {
            keys.put("s3:VersionId", wanted.versionId());
        }
        return keys.build();
    }

    /**
     * Reads the tags that a header has, for whoever asks for whatever.
     *
     * @throws io.lethe.node.s3.S3Exception as {@link TaggingHeader#of}
     */
    void checkTags() {
        var _ = TaggingHeader.of(request);
    }

    /** With what a body says. */
    RequestKeys with(Map<String, List<String>> more) {
        return new RequestKeys(
                request, how, remote, tlsVersion, region, nowMillis, more, copied, "");
    }

    /** With the bucket that the request copies from. */
    RequestKeys copying(Target from) {
        return new RequestKeys(
                request, how, remote, tlsVersion, region, nowMillis, ofBody, from, awaited);
    }

    /** Before the body is read that will give keys that begin so. */
    RequestKeys awaiting(String prefix) {
        return new RequestKeys(
                request, how, remote, tlsVersion, region, nowMillis, ofBody, copied, prefix);
    }

    /** From where the request came, without a zone. */
    String address() {
        String text = remote.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private void signature(RequestContext.Builder keys) {
        if (how instanceof Authentication.Signed signed) {
            keys.put("s3:signatureversion", "AWS4-HMAC-SHA256");
            keys.put(
                    "s3:authType",
                    switch (signed.carrier()) {
                        case HEADER -> "REST-HEADER";
                        case QUERY -> "REST-QUERY-STRING";
                        case FORM -> "POST";
                    });
            keys.put(
                    "s3:signatureAge", Long.toString(Math.max(0, nowMillis - signed.timeMillis())));
        }
    }

    /** What is said of an object that is to be stored. */
    private void written(RequestContext.Builder keys) {
        Map<String, List<String>> said = new HashMap<>();
        boolean copiesTags =
                copied != null
                        && request.header("x-amz-tagging-directive")
                                .filter("REPLACE"::equals)
                                .isEmpty();
        if (!copiesTags && !request.headerValues("x-amz-tagging").isEmpty()) {
            BodyKeys.tags(said, TaggingHeader.of(request).toMap());
        }
        request.header("x-amz-object-lock-retain-until-date")
                .flatMap(HttpDates::parseIso)
                .ifPresent(until -> BodyKeys.until(said, until, nowMillis));
        said.forEach(keys::put);
    }

    /** Uploads become objects when they are completed. */
    private boolean createsObject() {
        boolean part = request.method().equals("PUT") && request.hasParameter("uploadId");
        return !part && !request.hasParameter("uploads");
    }

    private List<String> copySources(List<String> buckets) {
        return CopySource.of(request).stream()
                .flatMap(from -> buckets.stream().map(bucket -> bucket + "/" + from.key()))
                .toList();
    }
}
