package io.lethe.node.s3.access;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Attributes;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.S3Tenants;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.s3.xml.OwnershipControls;
import io.lethe.node.s3.xml.OwnershipControls.Ownership;
import io.lethe.node.s3.xml.PublicAccessBlock;
import io.lethe.node.s3.xml.Tagging;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a request wants before the policies: the bucket's own, what its ACL and the object's
 * grant, and the caller's. A bucket of another tenant needs two grants, as in AWS: its owner's,
 * where ARNs name the bucket, and the caller's own account's, where they name it as the caller
 * does, with its tenant before it; for accounts have buckets of the same name. What the caller's
 * side denies is denied by all names of the bucket. Safe for any thread.
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
    private final StoredVersions versions;

    Decisions(BucketSettings settings, S3Tenants tenants, StoredVersions versions) {
        this.settings = settings;
        this.tenants = tenants;
        this.versions = versions;
    }

    /** As this, where {@code found} is what is said of the version that a request is about. */
    Decisions of(Attributes found) {
        return new Decisions(settings, tenants, (_, _, _, _, _) -> Optional.of(found));
    }

    /** Whether what is said of the version may decide. */
    boolean asksForStored(Principal principal, Target target) {
        BucketRecord record = target.record();
        return uses(principal, target, RequestKeys.EXISTING_TAG)
                || (record != null && acls(record));
    }

    Decision decide(Guard.Asked asked, Guard.Wanted wanted) throws InterruptedException {
        Principal principal = asked.principal();
        Target target = wanted.target();
        if (target.owner().isEmpty()) {
            return new Decision.NotGranted(Decision.Missing.RESOURCE_POLICY);
        }
        String account = target.owner().get().account();
        Optional<String> alias = tenants.alias(target.owner().get());
        boolean owns = principal.owns(target);
        AccessRequest ofOwner =
                new AccessRequest(
                        caller(principal, target, wanted.action()),
                        wanted.action(),
                        target.arn(wanted.key()),
                        account,
                        context(asked, wanted, target.owner()),
                        owns ? target.qualifiedArns(alias, wanted.key()) : List.of());
        PolicySet policies = ofBucket(principal, target.record(), owns);
        Decision byOwner = Access.decide(ofOwner, policies);
        if (byOwner instanceof Decision.NotGranted) {
            Optional<Policy> acl = objectAcl(asked, wanted);
            if (acl.isPresent()) {
                byOwner = Access.decide(ofOwner, with(policies, acl.get()));
            }
        }
        if (owns || principal.isAnonymous() || !byOwner.isAllowed()) {
            return byOwner;
        }
        return Access.decide(
                new AccessRequest(
                        principal.identity(),
                        wanted.action(),
                        target.arnAsNamed(wanted.key()),
                        principal.identity().account(),
                        context(asked, wanted, principal.tenant()),
                        target.qualifiedArns(alias, wanted.key())),
                new PolicySet(principal.policies(), List.of(), principal.session(), false));
    }

    private static Caller caller(Principal principal, Target target, String action) {
        TenantId owner = target.owner().orElseThrow();
        boolean always =
                principal.owns(target)
                        && principal.actsAsAccount()
                        && OWNERS_ALWAYS.contains(action);
        return always ? new Caller.Root(owner.account(), owner.canonical()) : principal.identity();
    }

    private static PolicySet with(PolicySet policies, Policy more) {
        List<Policy> resource = new ArrayList<>(policies.resource());
        resource.add(more);
        return new PolicySet(
                policies.identity(),
                resource,
                policies.session(),
                policies.restrictPublicBuckets());
    }

    /** What the ACL of the object that is asked for grants, where it counts: all are public. */
    private Optional<Policy> objectAcl(Guard.Asked asked, Guard.Wanted wanted)
            throws InterruptedException {
        BucketRecord record = wanted.target().record();
        if (record == null
                || wanted.key().isEmpty()
                || !AclGrants.mayGrant(wanted.action())
                || !acls(record)
                || block(record).ignorePublicAcls()) {
            return Optional.empty();
        }
        return stored(asked, wanted)
                .flatMap(attributes -> CannedAcl.byWord(attributes.acl()))
                .map(acl -> AclGrants.of(acl, record.name()).policy());
    }

    private Optional<Attributes> stored(Guard.Asked asked, Guard.Wanted wanted)
            throws InterruptedException {
        BucketRecord record = wanted.target().record();
        if (record == null || wanted.key().isEmpty()) {
            return Optional.empty();
        }
        return versions.find(
                Guard.caller(record.tenant()),
                record.name(),
                wanted.key(),
                wanted.versionId(),
                asked.deadlineNanos());
    }

    /**
     * @param side whose policies are asked: what is copied has the name that they have for it
     */
    private RequestContext context(Guard.Asked asked, Guard.Wanted wanted, Optional<TenantId> side)
            throws InterruptedException {
        Target copied = asked.keys().copied();
        List<String> names = List.of();
        if (copied != null) {
            names =
                    copied.owner().isEmpty() || copied.owner().equals(side)
                            ? List.of(copied.bucket())
                            : copied.qualifiedNames(tenants.alias(copied.owner().get()));
        }
        Principal principal = asked.principal();
        Map<String, String> objectTags =
                uses(principal, wanted.target(), RequestKeys.EXISTING_TAG)
                        ? stored(asked, wanted).map(Attributes::tags).orElse(Map.of())
                        : Map.of();
        Map<String, String> bucketTags =
                uses(principal, wanted.target(), RequestKeys.BUCKET_TAG)
                        ? bucketTags(wanted.target().record())
                        : Map.of();
        return asked.keys()
                .of(principal, wanted, new RequestKeys.Looked(names, objectTags, bucketTags));
    }

    private Map<String, String> bucketTags(@Nullable BucketRecord record) {
        return record == null
                ? Map.of()
                : settings.of(
                                record,
                                BucketSetting.TAGGING,
                                document -> Tagging.parseBucket(document.unsafeArray()))
                        .map(Tagging::toMap)
                        .orElse(Map.of());
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
        acl(record, block).map(AclGrants::policy).ifPresent(resource::add);
        boolean restricts =
                block.restrictPublicBuckets() && policy.filter(Policy::isPublic).isPresent();
        return new PolicySet(principal.policies(), resource, session, restricts);
    }

    /** Whether a policy that is asked has a key that begins so. */
    boolean uses(Principal principal, Target target, String key) {
        BucketRecord record = target.record();
        return principal.session().stream().anyMatch(policy -> policy.uses(key))
                || principal.policies().stream().anyMatch(policy -> policy.uses(key))
                || (record != null
                        && policy(record).filter(policy -> policy.uses(key)).isPresent());
    }

    /** What the bucket's ACL grants, where it counts. */
    private Optional<AclGrants> acl(BucketRecord record, PublicAccessBlock block) {
        if (!record.settings().containsKey(BucketSetting.ACL) || !acls(record)) {
            return Optional.empty();
        }
        return settings.of(
                        record,
                        BucketSetting.ACL,
                        document -> AclGrants.of(document.unsafeArray(), record.name()))
                .filter(acl -> !acl.isPublic() || !block.ignorePublicAcls());
    }

    /** Whether there is anything that could grant others than a bucket's owner something. */
    boolean mayGrant(Target target) {
        BucketRecord record = target.record();
        return record != null
                && (policy(record).isPresent()
                        || acl(record, block(record)).filter(AclGrants::isPublic).isPresent());
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
