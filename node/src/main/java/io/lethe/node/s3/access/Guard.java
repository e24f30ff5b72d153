package io.lethe.node.s3.access;

import io.lethe.node.metadata.state.BucketNames;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.Caller;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.CopySource;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.S3Tenants;
import io.lethe.node.s3.xml.PublicAccessBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every operation: finds whose bucket is meant, and asks the policies whether the
 * caller may do what it asks for. Decides by this node's own copy of the directory; whoever is
 * refused by it is judged once more by the newest one, so that what was granted anywhere a moment
 * ago holds everywhere, and a bucket that is refused takes as long as one that is not there.
 *
 * <p>What is another tenant's and not granted, what does not exist, and what nobody could own are
 * refused alike: AccessDenied, without a name. Safe for any task.
 */
public final class Guard {
    private final Buckets buckets;
    private final S3Tenants tenants;
    private final Decisions decisions;

    public Guard(
            Buckets buckets, BucketSettings settings, S3Tenants tenants, StoredVersions versions) {
        this.buckets = buckets;
        this.tenants = tenants;
        this.decisions = new Decisions(settings, tenants, versions);
    }

    /**
     * What the door knows of a request before its operation begins.
     *
     * @param bucket as named; empty for the service
     * @param body read only where a policy asks what it says
     */
    public record Asked(
            Principal principal,
            RequestKeys keys,
            String bucket,
            String key,
            Rights rights,
            Body body,
            long deadlineNanos) {
        /** Of the key; empty for the current one. */
        String versionId() {
            return key.isEmpty() ? "" : keys.request().parameter("versionId").orElse("");
        }

        Asked with(RequestKeys more) {
            return new Asked(principal, more, bucket, key, rights, body, deadlineNanos);
        }
    }

    /** A request's whole body, which its operation reads again. */
    public interface Body {
        byte[] whole() throws InterruptedException;
    }

    /**
     * Lets a request through, or refuses it.
     *
     * @throws S3Exception AccessDenied; for headers that are malformed, whosever the bucket is; for
     *     a body that is, once access is granted
     */
    public CallAccess admit(Asked before) throws InterruptedException {
        S3Request request = before.keys().request();
        Asked asked = before;
        // What is malformed is refused before anything is looked up: alike for all that there is.
        before.keys().checkTags();
        Optional<CopySource> copied =
                asked.rights().copies() ? CopySource.of(request) : Optional.empty();
        boolean created = asked.rights().scope() == Rights.Scope.CREATED;
        Target target =
                created
                        ? own(asked.principal(), asked.bucket(), asked.deadlineNanos())
                        : find(asked.principal().tenant(), asked.bucket(), asked.deadlineNanos());
        if (asked.rights().scope() == Rights.Scope.EACH_KEY) {
            target = granting(asked, target);
        }
        Target source =
                copied.isPresent()
                        ? find(
                                asked.principal().tenant(),
                                copied.get().bucket(),
                                asked.deadlineNanos())
                        : null;
        if (source != null) {
            asked = asked.with(asked.keys().copying(source));
        }
        String prefix = BodyKeys.prefix(asked.rights().action());
        asked = asked.with(asked.keys().awaiting(prefix));
        CallAccess access = new CallAccess(this, asked, target, copied.orElse(null), source);
        access.checkOwner(request.header("x-amz-expected-bucket-owner"), target);
        access.checkOwner(request.header("x-amz-source-expected-bucket-owner"), source);
        access.check(wanted(asked, target, source, copied.orElse(null)));
        if (!prefix.isEmpty()) {
            // Whoever is denied whatever the body says has been by now, and need not send it.
            admitWithBody(access, asked, prefix);
        }
        return access;
    }

    private void admitWithBody(CallAccess access, Asked before, String prefix)
            throws InterruptedException {
        Asked asked = before.with(before.keys().awaiting(""));
        S3Exception malformed = null;
        boolean counts = decisions.uses(asked.principal(), access.target(), prefix);
        if (counts) {
            RequestKeys keys = asked.keys();
            Map<String, List<String>> said = Map.of();
            try {
                String action = asked.rights().action();
                said = BodyKeys.of(action, asked.body().whole(), keys.nowMillis());
            } catch (S3Exception e) {
                // Only who is let through may learn by it that a policy asked.
                malformed = e;
            }
            asked = asked.with(keys.with(said));
        }
        access.knows(asked);
        if (counts) {
            access.check(wanted(asked, access.target(), null, null));
        }
        if (malformed != null) {
            throw malformed;
        }
    }

    /** One thing that a request wants. */
    record Wanted(Target target, String action, String key, String versionId) {
        static Wanted toCopy(Target source, CopySource copied) {
            String version = copied.versionId().orElse("");
            return new Wanted(
                    source,
                    version.isEmpty() ? "s3:GetObject" : "s3:GetObjectVersion",
                    copied.key(),
                    version);
        }

        Wanted at(Target newer) {
            return new Wanted(newer, action, key, versionId);
        }
    }

    private static List<Wanted> wanted(
            Asked asked, Target target, @Nullable Target source, @Nullable CopySource copied) {
        S3Request request = asked.keys().request();
        List<Wanted> wanted = new ArrayList<>();
        String version = asked.versionId();
        if (asked.rights().scope() != Rights.Scope.EACH_KEY) {
            wanted.add(new Wanted(target, asked.rights().action(version), asked.key(), version));
            for (String action :
                    asked.key().isEmpty()
                            ? HeaderRights.ofBucket(request)
                            : HeaderRights.ofObject(request, asked.rights().action())) {
                wanted.add(new Wanted(target, action, asked.key(), version));
            }
        }
        if (source != null && copied != null) {
            wanted.add(Wanted.toCopy(source, copied));
        }
        return wanted;
    }

    boolean allows(Asked asked, Wanted wanted) throws InterruptedException {
        return decisions.decide(asked, wanted).isAllowed();
    }

    /** As {@link #allows}, of a version that was found since. */
    boolean allowsFound(Asked asked, Wanted wanted, Attributes found) throws InterruptedException {
        return !decisions.asksForStored(asked.principal(), wanted.target())
                || decisions.of(found).decide(asked, wanted).isAllowed();
    }

    /** Of a bucket that the request does not name; false where there is none. */
    boolean allowsIn(Asked asked, Target beside, String bucket, String action, String key)
            throws InterruptedException {
        TenantId owner = beside.owner().orElseThrow(Guard::denied);
        BucketRecord record = look(owner, bucket, asked.deadlineNanos());
        return record != null
                && allows(
                        asked,
                        new Wanted(
                                Target.of(owner, bucket, beside.sibling(bucket), record),
                                action,
                                key,
                                ""));
    }

    /**
     * Refuses those to whom nothing in a bucket can be granted before their request's body is read,
     * which names the keys to ask for.
     */
    private Target granting(Asked asked, Target found) throws InterruptedException {
        if (asked.principal().owns(found) || decisions.mayGrant(found)) {
            return found;
        }
        Target newer = findAgain(asked.principal(), found, asked.deadlineNanos());
        if (!asked.principal().owns(newer) && !decisions.mayGrant(newer)) {
            throw denied();
        }
        return newer;
    }

    /** Which ways to public access the owner has closed. */
    PublicAccessBlock block(Target target) {
        BucketRecord record = target.record();
        return record == null ? PublicAccessBlock.ALL : decisions.block(record);
    }

    boolean hasAcls(Target target) {
        BucketRecord record = target.record();
        return record != null && decisions.acls(record);
    }

    /** The caller's own bucket of that name, there or not. */
    private static Target own(Optional<TenantId> caller, String name) {
        return caller.map(tenant -> Target.of(tenant, name, name, null))
                .orElseGet(() -> Target.nobodys(name));
    }

    private Target own(Principal principal, String name, long deadlineNanos)
            throws InterruptedException {
        Target own = own(principal.tenant(), name);
        return own.owner().isEmpty()
                ? own
                : Target.of(
                        own.owner().get(),
                        name,
                        name,
                        look(own.owner().get(), name, deadlineNanos));
    }

    private Target find(Optional<TenantId> caller, String name, long deadlineNanos)
            throws InterruptedException {
        if (name.isEmpty()) {
            return own(caller, name);
        }
        Optional<BucketNaming.Qualified> qualified = BucketNaming.split(name);
        BucketRecord mine = null;
        if (caller.isPresent() && BucketNames.fault(name) == null) {
            mine = look(caller.get(), name, deadlineNanos);
        }
        if (mine != null || qualified.isEmpty()) {
            return mine == null ? own(caller, name) : Target.of(mine.tenant(), name, name, mine);
        }
        Optional<TenantId> tenant = tenants.named(qualified.get().tenant());
        if (tenant.isEmpty()) {
            return Target.nobodys(name);
        }
        String bucket = qualified.get().bucket();
        BucketRecord record = look(tenant.get(), bucket, deadlineNanos);
        boolean own = tenant.equals(caller);
        if (record == null && !own) {
            return Target.nobodys(name);
        }
        return Target.of(tenant.get(), bucket, own ? bucket : name, record);
    }

    /** The bucket that a request names, whatever it may do with it. */
    public Optional<BucketRecord> bucket(
            Optional<TenantId> claimed, String name, long deadlineNanos)
            throws InterruptedException {
        return Optional.ofNullable(find(claimed, name, deadlineNanos).record());
    }

    /** As {@link #find}, with all that was acknowledged anywhere before. */
    Target findAgain(Principal principal, Target before, long deadlineNanos)
            throws InterruptedException {
        BucketRecord record = before.record();
        if (record == null || before.owner().isEmpty()) {
            // It was looked for with a read-index round already.
            return before;
        }
        try {
            BucketRecord newer =
                    buckets.get(caller(record.tenant()), before.bucket(), deadlineNanos);
            return Target.of(record.tenant(), before.bucket(), before.named(), newer);
        } catch (StoreException e) {
            if (e.code() != ErrorCode.NO_SUCH_BUCKET) {
                throw e;
            }
            return principal.owns(before)
                    ? own(principal.tenant(), before.bucket())
                    : Target.nobodys(before.named());
        }
    }

    private @Nullable BucketRecord look(TenantId tenant, String name, long deadlineNanos)
            throws InterruptedException {
        try {
            return buckets.look(caller(tenant), name, deadlineNanos);
        } catch (StoreException e) {
            if (e.code() == ErrorCode.NO_SUCH_BUCKET) {
                return null;
            }
            throw e;
        }
    }

    /** Looks on the tenant's behalf; what is seen is not told. */
    static Caller caller(TenantId tenant) {
        return new Caller(tenant, "", false);
    }

    static RuntimeException denied() {
        return S3Error.ACCESS_DENIED.exception();
    }
}
