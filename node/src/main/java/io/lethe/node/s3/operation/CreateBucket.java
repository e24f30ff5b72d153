package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Buckets;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.s3.xml.CreateBucketConfiguration;
import io.lethe.node.s3.xml.OwnershipControls;
import io.lethe.node.s3.xml.OwnershipControls.Ownership;
import io.lethe.node.s3.xml.Tagging;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * PUT of a bucket. Making one's own bucket again is a conflict; in us-east-1, as there ever since,
 * it is a success that takes the bucket's ACL away.
 */
final class CreateBucket implements Operation {
    private static final String FIRST_REGION = "us-east-1";

    @Override
    public void run(S3Call call) throws InterruptedException {
        CannedAcl acl = Acls.wanted(call, new byte[0]);
        Optional<Ownership> ownership = ownership(call);
        boolean acls =
                ownership.filter(word -> word != Ownership.BUCKET_OWNER_ENFORCED).isPresent();
        if (!Acls.isOwners(acl) && !acls) {
            throw S3Error.INVALID_BUCKET_ACL_WITH_OBJECT_OWNERSHIP.exception();
        }
        if (Acls.isPublic(acl) && call.access().block().blockPublicAcls()) {
            throw S3Error.INVALID_BUCKET_ACL_WITH_BLOCK_PUBLIC_ACCESS_ERROR.exception();
        }
        CreateBucketConfiguration wanted = CreateBucketConfiguration.parse(call.wholeBody(false));
        wanted.locationConstraint()
                .filter(place -> !place.equals(call.ports().settings().region()))
                .ifPresent(
                        place -> {
                            throw S3Error.INVALID_LOCATION_CONSTRAINT
                                    .exception()
                                    .with("LocationConstraint", place);
                        });
        if (!wanted.tags().isEmpty() && !call.access().allows("s3:TagResource", "", "")) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        boolean locks =
                call.request()
                        .header("x-amz-bucket-object-lock-enabled")
                        .filter("true"::equalsIgnoreCase)
                        .isPresent();
        Map<BucketSetting, Bytes> documents = new EnumMap<>(BucketSetting.class);
        ownership.ifPresent(
                word ->
                        documents.put(
                                BucketSetting.OWNERSHIP_CONTROLS,
                                Bytes.wrap(new OwnershipControls(word).write())));
        if (BucketAcl.isKept(acl)) {
            documents.put(BucketSetting.ACL, Bytes.wrap(Acls.document(call, acl)));
        }
        if (!wanted.tags().isEmpty()) {
            documents.put(BucketSetting.TAGGING, tagging(wanted.tags()));
        }
        if (create(call, locks, documents)) {
            call.header("location", "/" + call.bucket()).empty(200);
        } else {
            again(call, locks, Acls.isOwners(acl) && documents.isEmpty());
        }
    }

    /** Returns false where the name is taken. */
    private static boolean create(S3Call call, boolean locks, Map<BucketSetting, Bytes> documents)
            throws InterruptedException {
        Encoder id = new Encoder(Id128.BYTES);
        Id128.random(call.random()).encode(id);
        Buckets.NewBucket wanted =
                new Buckets.NewBucket(
                        call.bucket(),
                        "",
                        locks ? Versioning.ENABLED : Versioning.OFF,
                        locks ? BucketLock.WITHOUT_DEFAULT : null,
                        documents);
        try {
            var _ =
                    call.ports()
                            .buckets()
                            .create(call.caller(), wanted, id.toArray(), call.deadlineNanos());
            return true;
        } catch (StoreException e) {
            if (e.code() == ErrorCode.BUCKET_ALREADY_EXISTS) {
                return false;
            }
            throw e;
        }
    }

    private static Bytes tagging(List<Tagging.Tag> tags) {
        XmlWriter out = XmlWriter.s3("Tagging");
        new Tagging(tags).writeTo(out);
        return Bytes.wrap(out.end());
    }

    /**
     * The name is taken: by the caller, since each account has names of its own.
     *
     * @param plain whether nothing is asked for that the bucket may not have
     */
    private static void again(S3Call call, boolean locks, boolean plain)
            throws InterruptedException {
        BucketRecord there;
        try {
            there = call.ports().buckets().get(call.caller(), call.bucket(), call.deadlineNanos());
        } catch (StoreException e) {
            // It is being deleted, or has been by now.
            throw e.code() == ErrorCode.NO_SUCH_BUCKET ? S3Error.OPERATION_ABORTED.exception() : e;
        }
        boolean first = call.ports().settings().region().equals(FIRST_REGION);
        if (!first || !plain || (locks && there.lock() == null)) {
            throw S3Error.BUCKET_ALREADY_OWNED_BY_YOU.exception().with("BucketName", call.bucket());
        }
        BucketAcl.set(call, CannedAcl.PRIVATE);
        call.header("location", "/" + call.bucket()).empty(200);
    }

    private static Optional<Ownership> ownership(S3Call call) {
        return call.request()
                .header("x-amz-object-ownership")
                .map(
                        word ->
                                Stream.of(Ownership.values())
                                        .filter(known -> known.word().equals(word))
                                        .findFirst()
                                        .orElseThrow(
                                                () ->
                                                        Parameters.invalid(
                                                                "x-amz-object-ownership",
                                                                word,
                                                                "Invalid x-amz-object-ownership"
                                                                        + " header")));
    }
}
