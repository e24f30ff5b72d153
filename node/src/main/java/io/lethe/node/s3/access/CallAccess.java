package io.lethe.node.s3.access;

import io.lethe.node.model.TenantId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Caller;
import io.lethe.node.object.SourceVersion;
import io.lethe.node.s3.CopySource;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.xml.PublicAccessBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request that was let through: on whose behalf it runs now, and what more it may do. One task.
 */
public final class CallAccess {
    private final Guard guard;
    private Guard.Asked asked;
    private Target target;
    private final @Nullable CopySource copied;
    private @Nullable Target source;
    private boolean judgedAgain;

    CallAccess(
            Guard guard,
            Guard.Asked asked,
            Target target,
            @Nullable CopySource copied,
            @Nullable Target source) {
        this.guard = guard;
        this.asked = asked;
        this.target = target;
        this.copied = copied;
        this.source = source;
    }

    /** The request's body has been read where it counts. */
    void knows(Guard.Asked more) {
        asked = more;
    }

    Target target() {
        return target;
    }

    public Principal principal() {
        return asked.principal();
    }

    /** The bucket's own name. */
    public String bucket() {
        return target.bucket();
    }

    /** Whose the bucket is, where there is one. */
    public Optional<TenantId> knownOwner() {
        return target.owner();
    }

    /** Whose the bucket is. */
    public TenantId owner() {
        return target.owner().orElseThrow(Guard::denied);
    }

    /** Whether the caller asks for what is its own tenant's. */
    public boolean isOwners() {
        return asked.principal().owns(target);
    }

    /** Which ways to public access the bucket's owner has closed. */
    public PublicAccessBlock block() {
        return guard.block(target);
    }

    /** Whether ACLs count in the bucket. */
    public boolean hasAcls() {
        return guard.hasAcls(target);
    }

    /** The object layer goes by the bucket's tenant; the key is the true caller's. */
    public Caller caller() {
        return caller(owner());
    }

    private Caller caller(TenantId tenant) {
        return new Caller(
                tenant,
                principal().accessKeyId(),
                principal().operator(),
                asked.keys().address(),
                principal().asker());
    }

    /** What a request that copies reads, on its owner's behalf. */
    public SourceVersion source() {
        Target from = source;
        CopySource named = copied;
        if (from == null || named == null) {
            throw new IllegalStateException("this request copies nothing");
        }
        return new SourceVersion(
                caller(from.owner().orElseThrow(Guard::denied)),
                from.bucket(),
                named.key(),
                named.versionId().orElse(""));
    }

    /** Whether something more may be done: with the bucket, or with a key in it. */
    public boolean allows(String action, String key, String versionId) throws InterruptedException {
        return guard.allows(asked, new Guard.Wanted(target, action, key, versionId));
    }

    /**
     * Whether something may be done with keys of another bucket of the same owner.
     *
     * @param other its name
     * @param key a whole one: to policies a prefix is another resource
     */
    public boolean allowsIn(String other, String action, String key) throws InterruptedException {
        return guard.allowsIn(asked, target, other, action, key);
    }

    /** Whether a copy reads what it writes. */
    public boolean copiesItself() {
        Target from = source;
        CopySource named = copied;
        return from != null
                && named != null
                && from.owner().equals(target.owner())
                && from.bucket().equals(target.bucket())
                && named.key().equals(asked.key());
    }

    /**
     * Asks for the tags of what a copy reads, which are copied too: to read them, and to write them
     * as if the request had said them.
     *
     * @throws io.lethe.node.s3.S3Exception AccessDenied
     */
    public void checkCopiedTags(Map<String, String> tags) throws InterruptedException {
        Target from = source;
        CopySource named = copied;
        if (from != null && named != null) {
            String version = named.versionId().orElse("");
            String action =
                    version.isEmpty() ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging";
            check(asked, List.of(new Guard.Wanted(from, action, named.key(), version)));
            Map<String, List<String>> said = new HashMap<>();
            BodyKeys.tags(said, tags);
            check(
                    asked.with(asked.keys().with(said)),
                    List.of(new Guard.Wanted(target, "s3:PutObjectTagging", asked.key(), "")));
        }
    }

    /**
     * Asks once more, of the version that was found: where its tags or its ACL decide, those that
     * were judged may have been of one that has been replaced since.
     *
     * @throws io.lethe.node.s3.S3Exception AccessDenied
     */
    public void checkFound(Attributes found) throws InterruptedException {
        String version = asked.versionId();
        String action = asked.rights().action(version);
        Guard.Wanted wanted = new Guard.Wanted(target, action, asked.key(), version);
        if (!guard.allowsFound(asked, wanted, found)) {
            throw Guard.denied();
        }
    }

    /**
     * As {@link #checkFound}, of what a copy reads.
     *
     * @throws io.lethe.node.s3.S3Exception AccessDenied
     */
    public void checkFoundSource(Attributes found) throws InterruptedException {
        Target from = source;
        CopySource named = copied;
        if (from != null
                && named != null
                && !guard.allowsFound(asked, Guard.Wanted.toCopy(from, named), found)) {
            throw Guard.denied();
        }
    }

    /** Whether the caller may know which keys there are: else a missing one is denied to it. */
    public boolean mayList() throws InterruptedException {
        boolean here = guard.allows(asked, new Guard.Wanted(target, "s3:ListBucket", "", ""));
        Target from = source;
        return here
                && (from == null
                        || guard.allows(asked, new Guard.Wanted(from, "s3:ListBucket", "", "")));
    }

    /**
     * Asks for one of the keys that the request's body names.
     *
     * @throws io.lethe.node.s3.S3Exception AccessDenied
     */
    public void checkKey(String key, String versionId) throws InterruptedException {
        Guard.Wanted wanted =
                new Guard.Wanted(target, asked.rights().action(versionId), key, versionId);
        S3Request request = asked.keys().request();
        check(
                HeaderRights.bypassesGovernance(request)
                        ? List.of(
                                wanted,
                                new Guard.Wanted(
                                        target, "s3:BypassGovernanceRetention", key, versionId))
                        : List.of(wanted));
    }

    /** As {@link #checkKey}, told apart. */
    public boolean allowsKey(String key, String versionId) throws InterruptedException {
        try {
            checkKey(key, versionId);
            return true;
        } catch (S3Exception e) {
            return false;
        }
    }

    /** Judges by this node's copy of the directory, and once for each request by the newest. */
    void check(List<Guard.Wanted> all) throws InterruptedException {
        check(asked, all);
    }

    private void check(Guard.Asked by, List<Guard.Wanted> all) throws InterruptedException {
        if (allowed(by, all)) {
            return;
        }
        if (judgedAgain) {
            throw Guard.denied();
        }
        judgedAgain = true;
        Target before = target;
        target = guard.findAgain(asked.principal(), before, asked.deadlineNanos());
        Target sourceBefore = source;
        if (sourceBefore != null) {
            source = guard.findAgain(asked.principal(), sourceBefore, asked.deadlineNanos());
        }
        List<Guard.Wanted> again = new ArrayList<>();
        for (Guard.Wanted one : all) {
            Target from = source;
            if (from != null && one.target().equals(sourceBefore)) {
                again.add(one.at(from));
            } else {
                again.add(one.at(target));
            }
        }
        if (!allowed(by, again)) {
            throw Guard.denied();
        }
    }

    private boolean allowed(Guard.Asked by, List<Guard.Wanted> all) throws InterruptedException {
        for (Guard.Wanted one : all) {
            if (!guard.allows(by, one)) {
                return false;
            }
        }
        return true;
    }

    /** {@code x-amz-expected-bucket-owner}: an account that must own the bucket. */
    void checkOwner(Optional<String> account, @Nullable Target of) {
        if (account.isPresent()
                && of != null
                && !of.owner().map(TenantId::account).equals(account)) {
            throw Guard.denied();
        }
    }
}
