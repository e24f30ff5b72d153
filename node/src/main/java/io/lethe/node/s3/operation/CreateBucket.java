package io.lethe.node.s3.operation;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Id128;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.CannedAcl;
import io.lethe.node.s3.xml.CreateBucketConfiguration;
import io.lethe.node.s3.xml.OwnershipControls.Ownership;
import io.lethe.node.s3.xml.Tagging;
import io.lethe.node.s3.xml.XmlWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** PUT of a bucket. Making one's own bucket again is a success, as in us-east-1. */
final class CreateBucket implements Operation {
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
        Encoder id = new Encoder(Id128.BYTES);
        Id128.random(call.random()).encode(id);
        boolean locks =
                call.request()
                        .header("x-amz-bucket-object-lock-enabled")
                        .filter("true"::equalsIgnoreCase)
                        .isPresent();
        BucketRecord made =
                call.ports()
                        .buckets()
                        .create(
                                call.caller(),
                                call.bucket(),
                                "",
                                locks ? Versioning.ENABLED : Versioning.OFF,
                                id.toArray(),
                                call.deadlineNanos());
        if (locks && made.lock() == null) {
            call.ports()
                    .buckets()
                    .setLock(
                            call.caller(),
                            call.bucket(),
                            BucketLock.WITHOUT_DEFAULT,
                            call.deadlineNanos());
        }
        if (ownership.isPresent()) {
            BucketOwnership.set(call, ownership.get());
        }
        if (!Acls.isOwners(acl)) {
            BucketAcl.set(call, acl);
        }
        if (!wanted.tags().isEmpty()) {
            BucketDocuments.set(call, BucketSetting.TAGGING, tagging(wanted.tags()));
        }
        call.header("location", "/" + call.bucket()).empty(200);
    }

    private static Bytes tagging(List<Tagging.Tag> tags) {
        XmlWriter out = XmlWriter.s3("Tagging");
        new Tagging(tags).writeTo(out);
        return Bytes.wrap(out.end());
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
