package io.lethe.system;

import static io.lethe.system.S3Test.bytes;
import static io.lethe.system.S3Test.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.client.ErrorCode;
import io.lethe.client.LetheClient;
import io.lethe.client.LetheException;
import io.lethe.client.Source;
import io.lethe.client.model.Conditions;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.DefaultRetention;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectAttributesParts;
import software.amazon.awssdk.services.s3.model.GetObjectAttributesResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.RestoreRequest;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Tags, locks and attributes of versions, as the AWS SDK sees them. */
@Shared(Kind.ONE_PROCESS)
class S3RetentionTest {
    private static final String BUCKET = "s3-locked";

    @Test
    void aBucketsDefaultLocksWhatEitherDoorPuts(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 0);
                S3Client other = S3Clients.sync(cluster, 3);
                LetheClient lethe = cluster.client()) {
            s3.createBucket(b -> b.bucket(BUCKET).objectLockEnabledForBucket(true));
            DefaultRetention day = DefaultRetention.builder().mode("GOVERNANCE").days(1).build();
            ObjectLockConfiguration wanted =
                    ObjectLockConfiguration.builder()
                            .objectLockEnabled("Enabled")
                            .rule(r -> r.defaultRetention(day))
                            .build();
            s3.putObjectLockConfiguration(l -> l.bucket(BUCKET).objectLockConfiguration(wanted));
            assertThat(
                            other.getObjectLockConfiguration(l -> l.bucket(BUCKET))
                                    .objectLockConfiguration())
                    .isEqualTo(wanted);
            assertThat(code(() -> suspend(s3))).isEqualTo("InvalidBucketState");
            String version =
                    lethe.objects().put(BUCKET, "d", Source.bytes(bytes(1, 100_000))).versionId();
            HeadObjectResponse head =
                    other.headObject(h -> h.bucket(BUCKET).key("d").versionId(version));
            assertThat(head.objectLockModeAsString()).isEqualTo("GOVERNANCE");
            assertThat(head.objectLockRetainUntilDate()).isAfter(head.lastModified());
            assertLocked(s3, "d", version);
            LetheException denied =
                    catchThrowableOfType(
                            LetheException.class,
                            () -> lethe.objects().delete(BUCKET, "d", version, Conditions.NONE));
            assertThat(denied.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
            holdAndRelease(s3, other, version);
        }
    }

    private static void suspend(S3Client s3) {
        s3.putBucketVersioning(
                v ->
                        v.bucket(BUCKET)
                                .versioningConfiguration(
                                        c -> c.status(BucketVersioningStatus.SUSPENDED)));
    }

    private static void holdAndRelease(S3Client s3, S3Client other, String version) {
        hold(s3, version, "ON");
        s3.putObjectRetention(
                r ->
                        r.bucket(BUCKET)
                                .key("d")
                                .versionId(version)
                                .bypassGovernanceRetention(true)
                                .retention(t -> {}));
        assertThat(
                        code(
                                () ->
                                        s3.getObjectRetention(
                                                r -> r.bucket(BUCKET).key("d").versionId(version))))
                .isEqualTo("NoSuchObjectLockConfiguration");
        assertLocked(other, "d", version);
        s3.deleteObject(d -> d.bucket(BUCKET).key("d"));
        assertThat(
                        s3.getObjectLegalHold(h -> h.bucket(BUCKET).key("d").versionId(version))
                                .legalHold()
                                .statusAsString())
                .isEqualTo("ON");
        hold(s3, version, "OFF");
        s3.deleteObject(d -> d.bucket(BUCKET).key("d").versionId(version));
    }

    private static void hold(S3Client s3, String version, String status) {
        s3.putObjectLegalHold(
                h -> h.bucket(BUCKET).key("d").versionId(version).legalHold(l -> l.status(status)));
    }

    private static String code(Runnable attempt) {
        return refused(attempt).awsErrorDetails().errorCode();
    }

    private static void assertLocked(S3Client s3, String key, String version) {
        assertThat(code(() -> s3.deleteObject(d -> d.bucket(BUCKET).key(key).versionId(version))))
                .isEqualTo("AccessDenied");
        ObjectIdentifier which = ObjectIdentifier.builder().key(key).versionId(version).build();
        DeleteObjectsResponse several =
                s3.deleteObjects(d -> d.bucket(BUCKET).delete(l -> l.objects(which)));
        assertThat(several.errors()).extracting(S3Error::code).containsExactly("AccessDenied");
    }

    @Test
    void tagsChangeWhereAVersionLiesAndAreCopiedOrReplaced(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 0);
                S3Client other = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-tags"));
            s3.putObject(
                    p -> p.bucket("s3-tags").key("k").metadata(Map.of("who", "me")).tagging("a=1"),
                    RequestBody.fromString("x"));
            Tag two = Tag.builder().key("b").value("2 ä").build();
            s3.putObjectTagging(t -> t.bucket("s3-tags").key("k").tagging(set -> set.tagSet(two)));
            assertThat(other.getObjectTagging(t -> t.bucket("s3-tags").key("k")).tagSet())
                    .containsExactly(two);
            HeadObjectResponse head = other.headObject(h -> h.bucket("s3-tags").key("k"));
            assertThat(head.metadata()).containsExactly(Map.entry("who", "me"));
            assertThat(head.tagCount()).isEqualTo(1);
            s3.copyObject(
                    c ->
                            c.sourceBucket("s3-tags")
                                    .sourceKey("k")
                                    .destinationBucket("s3-tags")
                                    .destinationKey("copy")
                                    .metadataDirective("REPLACE")
                                    .metadata(Map.of("who", "you")));
            assertThat(s3.headObject(h -> h.bucket("s3-tags").key("copy")).metadata())
                    .containsExactly(Map.entry("who", "you"));
            assertThat(s3.getObjectTagging(t -> t.bucket("s3-tags").key("copy")).tagSet())
                    .containsExactly(two);
            s3.deleteObjectTagging(t -> t.bucket("s3-tags").key("k"));
            assertThat(other.getObjectTagging(t -> t.bucket("s3-tags").key("k")).tagSet())
                    .isEmpty();
        }
    }

    @Test
    void attributesSayWhatAnObjectIsAndEverythingIsEncrypted(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-attributes"));
            PutObjectResponse put =
                    s3.putObject(
                            p ->
                                    p.bucket("s3-attributes")
                                            .key("k")
                                            .checksumAlgorithm(ChecksumAlgorithm.SHA256),
                            RequestBody.fromString("some"));
            assertThat(put.serverSideEncryptionAsString()).isEqualTo("AES256");
            assertThat(
                            s3.headObject(h -> h.bucket("s3-attributes").key("k"))
                                    .serverSideEncryptionAsString())
                    .isEqualTo("AES256");
            assertThat(
                            s3.getBucketEncryption(e -> e.bucket("s3-attributes"))
                                    .serverSideEncryptionConfiguration()
                                    .rules())
                    .hasSize(1);
            GetObjectAttributesResponse attributes =
                    s3.getObjectAttributes(
                            a ->
                                    a.bucket("s3-attributes")
                                            .key("k")
                                            .objectAttributes(
                                                    ObjectAttributes.E_TAG,
                                                    ObjectAttributes.CHECKSUM,
                                                    ObjectAttributes.OBJECT_PARTS,
                                                    ObjectAttributes.OBJECT_SIZE));
            assertThat(attributes.eTag()).isEqualTo(put.eTag().replace("\"", ""));
            assertThat(attributes.checksum().checksumSHA256()).isEqualTo(put.checksumSHA256());
            assertThat(attributes.objectSize()).isEqualTo(4);
            assertThat(attributes.objectParts()).isNull();
            RestoreRequest day = RestoreRequest.builder().days(1).build();
            assertThat(
                            code(
                                    () ->
                                            s3.restoreObject(
                                                    r ->
                                                            r.bucket("s3-attributes")
                                                                    .key("k")
                                                                    .restoreRequest(day))))
                    .isEqualTo("InvalidObjectState");
        }
    }

    /** A customer's key as the SDK's requests name it. */
    private record CustomerKey(String key, String md5) {
        static CustomerKey of(int seed) throws Exception {
            byte[] key = bytes(seed, 32);
            Base64.Encoder base64 = Base64.getEncoder();
            return new CustomerKey(
                    base64.encodeToString(key),
                    base64.encodeToString(MessageDigest.getInstance("MD5").digest(key)));
        }
    }

    private static ResponseBytes<GetObjectResponse> get(
            S3Client s3, String bucket, String key, CustomerKey customer) {
        return s3.getObjectAsBytes(
                g ->
                        g.bucket(bucket)
                                .key(key)
                                .sseCustomerAlgorithm("AES256")
                                .sseCustomerKey(customer.key())
                                .sseCustomerKeyMD5(customer.md5()));
    }

    @Test
    void onlyTheCustomersKeyReadsWhatWasStoredUnderIt(Cluster cluster) throws Exception {
        CustomerKey own = CustomerKey.of(1);
        CustomerKey other = CustomerKey.of(2);
        byte[] body = bytes(7, 300_000);
        try (S3Client s3 = S3Clients.sync(cluster, 1);
                S3Client elsewhere = S3Clients.sync(cluster, 4)) {
            s3.createBucket(b -> b.bucket("s3-sse-c"));
            PutObjectResponse put =
                    s3.putObject(
                            p ->
                                    p.bucket("s3-sse-c")
                                            .key("k")
                                            .sseCustomerAlgorithm("AES256")
                                            .sseCustomerKey(own.key())
                                            .sseCustomerKeyMD5(own.md5()),
                            RequestBody.fromBytes(body));
            assertThat(put.sseCustomerKeyMD5()).isEqualTo(own.md5());
            assertThat(get(elsewhere, "s3-sse-c", "k", own).asByteArray()).isEqualTo(body);
            assertThat(code(() -> get(s3, "s3-sse-c", "k", other))).isEqualTo("AccessDenied");
            assertThat(code(() -> s3.getObjectAsBytes(g -> g.bucket("s3-sse-c").key("k"))))
                    .isEqualTo("InvalidRequest");
            s3.copyObject(
                    c ->
                            c.sourceBucket("s3-sse-c")
                                    .sourceKey("k")
                                    .copySourceSSECustomerAlgorithm("AES256")
                                    .copySourceSSECustomerKey(own.key())
                                    .copySourceSSECustomerKeyMD5(own.md5())
                                    .destinationBucket("s3-sse-c")
                                    .destinationKey("copy")
                                    .sseCustomerAlgorithm("AES256")
                                    .sseCustomerKey(other.key())
                                    .sseCustomerKeyMD5(other.md5()));
            assertThat(get(s3, "s3-sse-c", "copy", other).asByteArray()).isEqualTo(body);
        }
    }

    @Test
    void anUploadUnderACustomersKeyIsOneObjectWithItsPartsTold(Cluster cluster) throws Exception {
        CustomerKey own = CustomerKey.of(3);
        List<byte[]> bodies = List.of(bytes(8, 5 << 20), bytes(9, 70_000));
        try (S3Client s3 = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-sse-c-up"));
            String upload =
                    s3.createMultipartUpload(
                                    u ->
                                            u.bucket("s3-sse-c-up")
                                                    .key("up")
                                                    .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                                    .sseCustomerAlgorithm("AES256")
                                                    .sseCustomerKey(own.key())
                                                    .sseCustomerKeyMD5(own.md5()))
                            .uploadId();
            List<CompletedPart> parts = new ArrayList<>();
            for (int number = 1; number <= bodies.size(); number++) {
                parts.add(part(s3, upload, number, bodies.get(number - 1), own));
            }
            s3.completeMultipartUpload(
                    c ->
                            c.bucket("s3-sse-c-up")
                                    .key("up")
                                    .uploadId(upload)
                                    .sseCustomerAlgorithm("AES256")
                                    .sseCustomerKey(own.key())
                                    .sseCustomerKeyMD5(own.md5())
                                    .multipartUpload(m -> m.parts(parts)));
            byte[] whole = get(s3, "s3-sse-c-up", "up", own).asByteArray();
            assertThat(whole).hasSize((5 << 20) + 70_000).startsWith(bodies.get(0));
            assertThat(whole).endsWith(bodies.get(1));
            assertThat(attributes(s3, own, 0).parts().getFirst().size()).isEqualTo(5L << 20);
            GetObjectAttributesParts rest = attributes(s3, own, 1);
            assertThat(rest.totalPartsCount()).isEqualTo(2);
            assertThat(rest.isTruncated()).isFalse();
            assertThat(rest.parts().getFirst().checksumSHA256())
                    .isEqualTo(parts.get(1).checksumSHA256());
        }
    }

    private static CompletedPart part(
            S3Client s3, String upload, int number, byte[] body, CustomerKey own) {
        UploadPartResponse put =
                s3.uploadPart(
                        p ->
                                p.bucket("s3-sse-c-up")
                                        .key("up")
                                        .uploadId(upload)
                                        .partNumber(number)
                                        .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                        .sseCustomerAlgorithm("AES256")
                                        .sseCustomerKey(own.key())
                                        .sseCustomerKeyMD5(own.md5()),
                        RequestBody.fromBytes(body));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(put.eTag())
                .checksumSHA256(put.checksumSHA256())
                .build();
    }

    /** A page of one part. */
    private static GetObjectAttributesParts attributes(S3Client s3, CustomerKey own, int after) {
        return s3.getObjectAttributes(
                        a ->
                                a.bucket("s3-sse-c-up")
                                        .key("up")
                                        .maxParts(1)
                                        .partNumberMarker(after)
                                        .objectAttributes(ObjectAttributes.OBJECT_PARTS)
                                        .sseCustomerAlgorithm("AES256")
                                        .sseCustomerKey(own.key())
                                        .sseCustomerKeyMD5(own.md5()))
                .objectParts();
    }
}
