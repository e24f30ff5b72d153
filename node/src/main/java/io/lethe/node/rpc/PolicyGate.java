package io.lethe.node.rpc;

import io.lethe.node.base.Clock;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.UserRecord;
import io.lethe.node.object.Asker;
import io.lethe.node.object.Caller;
import io.lethe.node.tenant.policy.Access;
import io.lethe.node.tenant.policy.AccessRequest;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import io.lethe.node.tenant.policy.PolicySet;
import io.lethe.node.tenant.policy.RequestContext;
import io.lethe.node.tenant.policy.UserPolicies;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts what a call wants before the caller's policies and the bucket's, as the S3 door does: the
 * same names for actions and resources, so that one policy binds both doors. Buckets of other
 * tenants can't be named here. Safe for any thread.
 */
public final class PolicyGate {
    /** Some kilobytes each. */
    private static final int MOST_KEPT = 1_000;

    /** What admins may do; a bucket's policy may still deny it. */
    private static final String EVERYTHING =
            """
            {"Version": "2012-10-17",
             "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}\
            """;

    private record Parsed(long index, Policy policy) {}

    private final Directory directory;
    private final Clock clock;
    private final boolean tls;
    private final UserPolicies users = new UserPolicies();
    private final List<Policy> everything = List.of(identity(EVERYTHING));
    private final Map<BucketId, Parsed> buckets =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<BucketId, Parsed> eldest) {
                    return size() > MOST_KEPT;
                }
            };

    /**
     * @param tls whether clients' connections are encrypted
     */
    public PolicyGate(Directory directory, Clock clock, boolean tls) {
        this.directory = directory;
        this.clock = clock;
        this.tls = tls;
    }

    /** What a call wants to do to a bucket, or to an object in it. */
    record Wanted(String action, String bucket, String key, Map<String, String> keys) {
        Wanted(String action, String bucket, String key) {
            this(action, bucket, key, Map.of());
        }

        private String arn() {
            if (bucket.isEmpty()) {
                return AccessRequest.bucketArn("*");
            }
            return key.isEmpty()
                    ? AccessRequest.bucketArn(bucket)
                    : AccessRequest.objectArn(bucket, key);
        }
    }

    /**
     * @throws StoreException ACCESS_DENIED
     */
    void check(Caller caller, Wanted wanted) {
        if (!(caller.asker() instanceof Asker.User(TenantId tenant, Id128 id))) {
            throw denied(wanted);
        }
        UserRecord user = directory.user(tenant, id).orElseThrow(() -> denied(wanted));
        io.lethe.node.tenant.policy.Caller identity =
                new io.lethe.node.tenant.policy.Caller.User(
                        tenant.account(),
                        tenant.canonical(),
                        "/",
                        user.name(),
                        user.id().toString());
        List<Policy> resource = new java.util.ArrayList<>();
        directory
                .bucket(caller.tenant(), wanted.bucket())
                .flatMap(this::policy)
                .ifPresent(resource::add);
        boolean allowed =
                Access.decide(
                                new AccessRequest(
                                        identity,
                                        wanted.action(),
                                        wanted.arn(),
                                        tenant.account(),
                                        context(identity, caller, wanted)),
                                new PolicySet(
                                        user.admin() ? everything : users.of(user),
                                        resource,
                                        List.of(),
                                        false))
                        .isAllowed();
        if (!allowed) {
            throw denied(wanted);
        }
    }

    private static StoreException denied(Wanted wanted) {
        return new StoreException(
                ErrorCode.ACCESS_DENIED,
                "no policy lets you do "
                        + wanted.action()
                        + ", or one denies it; ask an admin of your tenant");
    }

    private RequestContext context(
            io.lethe.node.tenant.policy.Caller identity, Caller caller, Wanted wanted) {
        long now = clock.wallMillis();
        RequestContext.Builder keys = RequestContext.builder().caller(identity);
        keys.put("aws:SourceIp", caller.address())
                .put("aws:SecureTransport", Boolean.toString(tls))
                .put("aws:CurrentTime", Instant.ofEpochMilli(now).toString())
                .put("aws:EpochTime", Long.toString(now / 1000))
                .put("aws:ViaAWSService", "false")
                .put("aws:ResourceAccount", caller.tenant().account())
                .put("s3:ResourceAccount", caller.tenant().account());
        wanted.keys().forEach(keys::put);
        return keys.build();
    }

    private Optional<Policy> policy(BucketRecord bucket) {
        Long index = bucket.settings().get(BucketSetting.POLICY);
        if (index == null) {
            return Optional.empty();
        }
        synchronized (buckets) {
            Parsed known = buckets.get(bucket.id());
            if (known != null && known.index() == index) {
                return Optional.of(known.policy());
            }
        }
        Optional<BucketDocument> document =
                directory.bucketDocument(bucket.id(), BucketSetting.POLICY);
        if (document.isEmpty()) {
            return Optional.empty();
        }
        Policy policy = parsed(document.get(), bucket.name());
        synchronized (buckets) {
            buckets.put(bucket.id(), new Parsed(document.get().index(), policy));
        }
        return Optional.of(policy);
    }

    private static Policy parsed(BucketDocument document, String bucket) {
        try {
            return PolicyParser.bucket(document.bytes().toArray(), bucket);
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("a policy that was accepted can't be read", e);
        }
    }

    private static Policy identity(String json) {
        try {
            return PolicyParser.identity(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("the built-in policy is malformed", e);
        }
    }
}
