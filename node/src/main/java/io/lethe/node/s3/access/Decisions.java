package io.lethe.node.s3.access;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.TenantId;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.S3Tenants;
import io.lethe.node.s3.xml.OwnershipControls;
import io.lethe.node.s3.xml.OwnershipControls.Ownership;
import io.lethe.node.s3.xml.PublicAccessBlock;
import io.lethe.node.tenant.policy.Access;
import io.lethe.node.tenant.policy.AccessRequest;
import io.lethe.node.tenant.policy.Caller;
import io.lethe.node.tenant.policy.Decision;
import io.lethe.node.tenant.policy.MalformedPolicyException;
import io.lethe.node.tenant.policy.Policy;
import io.lethe.node.tenant.policy.PolicyParser;
import io.lethe.node.tenant.policy.PolicySet;
import io.lethe.node.tenant.policy.RequestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a request wants before the policies: the bucket's own, what its ACL grants, and the
 * caller's. A bucket of another tenant needs two grants, as in AWS: its owner's, where ARNs name
 * the bucket, and the caller's own account's, where they name it as the caller does, with its
 * tenant before it; for accounts have buckets of the same name. What the caller's side denies is
 * denied by all names of the bucket. Safe for any thread.
 */
final class Decisions {
    /**
     * What a policy must never keep from a bucket's owner. Accounts have no root that signs: until
     * users have policies of their own, each of their keys may do what a root may.
     */
    private static final Set<String> OWNERS_ALWAYS =
            Set.of("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy");

    private final BucketSettings settings;
    private final S3Tenants tenants;

    Decisions(BucketSettings settings, S3Tenants tenants) {
        this.settings = settings;
        this.tenants = tenants;
    }

    Decision decide(Principal principal, RequestKeys keys, Guard.Wanted wanted) {
        Target target = wanted.target();
        if (target.owner().isEmpty()) {
            return new Decision.NotGranted(Decision.Missing.RESOURCE_POLICY);
        }
        String account = target.owner().get().account();
        Optional<String> alias = tenants.alias(target.owner().get());
        Caller caller = principal.identity();
        boolean owns = principal.owns(target);
        if (owns && principal.actsAsAccount() && OWNERS_ALWAYS.contains(wanted.action())) {
            caller = new Caller.Root(account, target.owner().get().canonical());
        }
        Decision byOwner =
                Access.decide(
                        new AccessRequest(
                                caller,
                                wanted.action(),
                                target.arn(wanted.key()),
                                account,
                                context(principal, keys, wanted, target.owner()),
                                owns ? target.qualifiedArns(alias, wanted.key()) : List.of()),
                        ofBucket(principal, target.record(), owns));
        if (owns || principal.isAnonymous() || !byOwner.isAllowed()) {
            return byOwner;
        }
        return Access.decide(
                new AccessRequest(
                        caller,
                        wanted.action(),
                        target.arnAsNamed(wanted.key()),
                        caller.account(),
                        context(principal, keys, wanted, principal.tenant()),
                        target.qualifiedArns(alias, wanted.key())),
                new PolicySet(principal.policies(), List.of(), principal.session(), false));
    }

    /**
     * @param side whose policies are asked: what is copied has the name that they have for it
     */
    private RequestContext context(
            Principal principal, RequestKeys keys, Guard.Wanted wanted, Optional<TenantId> side) {
        Target copied = keys.copied();
        List<String> names = List.of();
        if (copied != null) {
            names =
                    copied.owner().isEmpty() || copied.owner().equals(side)
                            ? List.of(copied.bucket())
                            : copied.qualifiedNames(tenants.alias(copied.owner().get()));
        }
        return keys.of(principal, wanted, names);
    }

    private PolicySet ofBucket(Principal principal, @Nullable BucketRecord record, boolean owns) {
        List<Policy> session = owns ? principal.session() : List.of();
        if (record == null || record.settings().isEmpty()) {
            return new PolicySet(principal.policies(), List.of(), session, false);
        }
        PublicAccessBlock block = block(record);
        Optional<Policy> policy = policy(record);
        List<Policy> resource = new ArrayList<>(2);
        policy.ifPresent(resource::add);
        acl(record, block).ifPresent(resource::add);
        boolean restricts =
                block.restrictPublicBuckets() && policy.filter(Policy::isPublic).isPresent();
        return new PolicySet(principal.policies(), resource, session, restricts);
    }

    /** Whether a policy that is asked has a key that begins so. */
    boolean uses(Principal principal, Target target, String key) {
        BucketRecord record = target.record();
        return principal.session().stream().anyMatch(policy -> policy.uses(key))
                || (record != null
                        && policy(record).filter(policy -> policy.uses(key)).isPresent());
    }

    /** What the bucket's ACL grants, where it counts. */
    private Optional<Policy> acl(BucketRecord record, PublicAccessBlock block) {
        if (!record.settings().containsKey(BucketSetting.ACL) || !acls(record)) {
            return Optional.empty();
        }
        return settings.of(
                        record,
                        BucketSetting.ACL,
                        document -> AclGrants.of(document.unsafeArray(), record.name()))
                .filter(acl -> !acl.isPublic() || !block.ignorePublicAcls())
                .map(AclGrants::policy);
    }

    /** Whether ACLs count in a bucket: not unless its owner says so. */
    boolean acls(BucketRecord record) {
        return settings.of(
                        record,
                        BucketSetting.OWNERSHIP_CONTROLS,
                        document -> OwnershipControls.parse(document.unsafeArray()))
                .map(OwnershipControls::ownership)
                .filter(ownership -> ownership != Ownership.BUCKET_OWNER_ENFORCED)
                .isPresent();
    }

    PublicAccessBlock block(BucketRecord record) {
        return settings.of(
                        record,
                        BucketSetting.PUBLIC_ACCESS_BLOCK,
                        document -> PublicAccessBlock.parse(document.unsafeArray()))
                .orElse(PublicAccessBlock.ALL);
    }

    Optional<Policy> policy(BucketRecord record) {
        return settings.of(
                record, BucketSetting.POLICY, document -> parsed(document, record.name()));
    }

    private static Policy parsed(Bytes document, String bucket) {
        try {
            return PolicyParser.bucket(document.unsafeArray(), bucket);
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("a policy that was accepted can't be read", e);
        }
    }
}
