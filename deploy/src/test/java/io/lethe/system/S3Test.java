package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.client.LetheClient;
import io.lethe.client.Source;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutBucketAccelerateConfigurationRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The AWS SDK works unmodified, and what it must not do is refused as S3 does. */
@Shared(Kind.ONE_PROCESS)
class S3Test {
    private static final int RACERS = 64;

    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static S3Exception refused(Runnable attempt) {
        S3Exception failure = catchThrowableOfType(S3Exception.class, attempt::run);
        assertThat(failure).as("refused").isNotNull();
        return failure;
    }

    @Test
    void objectsComeBackAsTheyWentWithAllThatWasSaidOfThem(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 0);
                S3Client other = S3Clients.sync(cluster, 3)) {
            s3.createBucket(b -> b.bucket("s3-objects"));
            for (int length : List.of(0, 1, 5_000, 70_000, 3_000_000)) {
                byte[] body = bytes(length, length);
                PutObjectResponse put =
                        s3.putObject(
                                p ->
                                        p.bucket("s3-objects")
                                                .key("ä/ +%/" + length)
                                                .contentType("text/x-any")
                                                .cacheControl("no-cache")
                                                .contentDisposition("attachment")
                                                .metadata(Map.of("who", "me"))
                                                .tagging("colour=red&size=1"),
                                RequestBody.fromBytes(body));
                HeadObjectResponse head =
                        other.headObject(h -> h.bucket("s3-objects").key("ä/ +%/" + length));
                assertThat(head.eTag()).isEqualTo(put.eTag());
                assertThat(head.contentLength()).isEqualTo(length);
                assertThat(head.contentType()).isEqualTo("text/x-any");
                assertThat(head.cacheControl()).isEqualTo("no-cache");
                assertThat(head.contentDisposition()).isEqualTo("attachment");
                assertThat(head.metadata()).containsExactly(Map.entry("who", "me"));
                assertThat(
                                other.getObjectAsBytes(
                                                g -> g.bucket("s3-objects").key("ä/ +%/" + length))
                                        .asByteArray())
                        .isEqualTo(body);
                assertThat(
                                s3.getObjectTagging(
                                                t -> t.bucket("s3-objects").key("ä/ +%/" + length))
                                        .tagSet())
                        .hasSize(2);
            }
        }
    }

    @Test
    void bothDoorsSeeTheSameObjects(Cluster cluster) throws IOException {
        byte[] body = bytes(9, 200_000);
        try (S3Client s3 = S3Clients.sync(cluster, 1);
                LetheClient lethe = cluster.client()) {
            lethe.buckets().create("s3-doors");
            lethe.objects().put("s3-doors", "by-grpc", Source.bytes(body));
            assertThat(s3.getObjectAsBytes(g -> g.bucket("s3-doors").key("by-grpc")).asByteArray())
                    .isEqualTo(body);
            s3.putObject(p -> p.bucket("s3-doors").key("by-s3"), RequestBody.fromBytes(body));
            try (InputStream in = lethe.objects().open("s3-doors", "by-s3")) {
                assertThat(in.readAllBytes()).isEqualTo(body);
            }
            assertThat(s3.listBuckets().buckets()).anyMatch(b -> b.name().equals("s3-doors"));
        }
    }

    @Test
    void checksumsAreCheckedOnTheWayInAndGivenBack(Cluster cluster) {
        byte[] body = bytes(4, 100_000);
        try (S3Client s3 = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("s3-checksums"));
            for (ChecksumAlgorithm algorithm :
                    List.of(
                            ChecksumAlgorithm.CRC32,
                            ChecksumAlgorithm.CRC32_C,
                            ChecksumAlgorithm.SHA1,
                            ChecksumAlgorithm.SHA256)) {
                String key = algorithm.toString();
                s3.putObject(
                        p -> p.bucket("s3-checksums").key(key).checksumAlgorithm(algorithm),
                        RequestBody.fromBytes(body));
                HeadObjectResponse head =
                        s3.headObject(
                                h -> h.bucket("s3-checksums").key(key).checksumMode("ENABLED"));
                assertThat(
                                List.of(
                                        String.valueOf(head.checksumCRC32()),
                                        String.valueOf(head.checksumCRC32C()),
                                        String.valueOf(head.checksumCRC64NVME()),
                                        String.valueOf(head.checksumSHA1()),
                                        String.valueOf(head.checksumSHA256())))
                        .as(key)
                        .filteredOn(value -> !value.equals("null"))
                        .hasSize(1);
            }
            S3Exception wrong =
                    refused(
                            () ->
                                    s3.putObject(
                                            p ->
                                                    p.bucket("s3-checksums")
                                                            .key("wrong")
                                                            .checksumCRC32("AAAAAA=="),
                                            RequestBody.fromBytes(body)));
            assertThat(wrong.awsErrorDetails().errorCode()).isEqualTo("BadDigest");
            assertThat(s3.listObjectsV2(l -> l.bucket("s3-checksums").prefix("wrong")).contents())
                    .isEmpty();
        }
    }

    @Test
    void rangesAndConditionsAreAnsweredAsS3Does(Cluster cluster) {
        byte[] body = bytes(7, 300_000);
        String past = "bytes=300000-";
        try (S3Client s3 = S3Clients.sync(cluster, 4)) {
            s3.createBucket(b -> b.bucket("s3-ranges"));
            String eTag =
                    s3.putObject(p -> p.bucket("s3-ranges").key("k"), RequestBody.fromBytes(body))
                            .eTag();
            var part =
                    s3.getObjectAsBytes(
                            g -> g.bucket("s3-ranges").key("k").range("bytes=100-199999"));
            GetObjectResponse said = part.response();
            assertThat(said.contentRange()).isEqualTo("bytes 100-199999/300000");
            assertThat(part.asByteArray()).isEqualTo(Arrays.copyOfRange(body, 100, 200_000));
            assertThat(refused(() -> s3.getObject(g -> g.bucket("s3-ranges").key("k").range(past))))
                    .extracting(S3Exception::statusCode)
                    .isEqualTo(416);
            assertThat(
                            refused(
                                    () ->
                                            s3.getObject(
                                                    g ->
                                                            g.bucket("s3-ranges")
                                                                    .key("k")
                                                                    .ifNoneMatch(eTag))))
                    .extracting(S3Exception::statusCode)
                    .isEqualTo(304);
            assertThat(
                            refused(
                                    () ->
                                            s3.getObject(
                                                    g ->
                                                            g.bucket("s3-ranges")
                                                                    .key("k")
                                                                    .ifMatch("other"))))
                    .extracting(S3Exception::statusCode)
                    .isEqualTo(412);
        }
    }

    @Test
    void listingsAreCompleteInPagesWithPrefixesAndOddKeys(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 5)) {
            s3.createBucket(b -> b.bucket("s3-listing"));
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String key = "dir" + (i % 6) + "/k \u00fc&<" + (i / 6);
                keys.add(key);
                s3.putObject(
                        p -> p.bucket("s3-listing").key(key), RequestBody.fromString("x" + key));
            }
            List<String> listed =
                    s3
                            .listObjectsV2Paginator(l -> l.bucket("s3-listing").maxKeys(7))
                            .contents()
                            .stream()
                            .map(S3Object::key)
                            .toList();
            assertThat(listed).isEqualTo(keys.stream().sorted().toList());
            ListObjectsV2Response top =
                    s3.listObjectsV2(l -> l.bucket("s3-listing").delimiter("/"));
            assertThat(top.commonPrefixes())
                    .extracting(CommonPrefix::prefix)
                    .containsExactly("dir0/", "dir1/", "dir2/", "dir3/", "dir4/", "dir5/");
            assertThat(top.contents()).isEmpty();
            DeleteObjectsResponse deleted =
                    s3.deleteObjects(
                            d ->
                                    d.bucket("s3-listing")
                                            .delete(
                                                    Delete.builder()
                                                            .objects(
                                                                    keys.stream()
                                                                            .map(S3Test::named)
                                                                            .toList())
                                                            .build()));
            assertThat(deleted.deleted()).hasSize(60);
            assertThat(s3.listObjectsV2(l -> l.bucket("s3-listing")).contents()).isEmpty();
            s3.deleteBucket(b -> b.bucket("s3-listing"));
            assertThat(
                            refused(() -> s3.listObjectsV2(l -> l.bucket("s3-listing")))
                                    .awsErrorDetails()
                                    .errorCode())
                    .isEqualTo("NoSuchBucket");
        }
    }

    private static ObjectIdentifier named(String key) {
        return ObjectIdentifier.builder().key(key).build();
    }

    @Test
    void aDeletedObjectComesBackFromItsVersions(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 0)) {
            s3.createBucket(b -> b.bucket("s3-versions"));
            s3.putBucketVersioning(
                    v ->
                            v.bucket("s3-versions")
                                    .versioningConfiguration(
                                            c -> c.status(BucketVersioningStatus.ENABLED)));
            String first =
                    s3.putObject(
                                    p -> p.bucket("s3-versions").key("k"),
                                    RequestBody.fromString("first"))
                            .versionId();
            s3.putObject(p -> p.bucket("s3-versions").key("k"), RequestBody.fromString("second"));
            String marker = s3.deleteObject(d -> d.bucket("s3-versions").key("k")).versionId();
            assertThat(
                            refused(() -> s3.headObject(h -> h.bucket("s3-versions").key("k")))
                                    .statusCode())
                    .isEqualTo(404);
            ListObjectVersionsResponse all = s3.listObjectVersions(l -> l.bucket("s3-versions"));
            assertThat(all.versions()).extracting(ObjectVersion::isLatest).containsOnly(false);
            assertThat(all.deleteMarkers()).hasSize(1);
            s3.deleteObject(d -> d.bucket("s3-versions").key("k").versionId(marker));
            assertThat(s3.getObjectAsBytes(g -> g.bucket("s3-versions").key("k")).asUtf8String())
                    .isEqualTo("second");
            s3.copyObject(
                    c ->
                            c.sourceBucket("s3-versions")
                                    .sourceKey("k")
                                    .sourceVersionId(first)
                                    .destinationBucket("s3-versions")
                                    .destinationKey("copy"));
            assertThat(s3.getObjectAsBytes(g -> g.bucket("s3-versions").key("copy")).asUtf8String())
                    .isEqualTo("first");
        }
    }

    @Test
    void ofManyWhoCreateAnObjectAtOnceExactlyOneWins(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 0);
                S3Client other = S3Clients.sync(cluster, 1);
                ExecutorService threads = Executors.newFixedThreadPool(RACERS)) {
            s3.createBucket(b -> b.bucket("s3-race"));
            List<Callable<Integer>> attempts =
                    IntStream.range(0, RACERS)
                            .<Callable<Integer>>mapToObj(
                                    i -> () -> create(i % 2 == 0 ? s3 : other, i))
                            .toList();
            List<Integer> winners = new ArrayList<>();
            for (Future<Integer> attempt : threads.invokeAll(attempts)) {
                if (attempt.get() >= 0) {
                    winners.add(attempt.get());
                }
            }
            assertThat(winners).hasSize(1);
            assertThat(s3.getObjectAsBytes(g -> g.bucket("s3-race").key("k")).asUtf8String())
                    .isEqualTo("by " + winners.getFirst());
        }
    }

    /** The racer's number when it won, else -1. */
    private static int create(S3Client s3, int racer) {
        try {
            s3.putObject(
                    p -> p.bucket("s3-race").key("k").ifNoneMatch("*"),
                    RequestBody.fromString("by " + racer));
            return racer;
        } catch (S3Exception e) {
            assertThat(e.statusCode()).isEqualTo(412);
            return -1;
        }
    }

    @Test
    void presignedRequestsWorkForAnybodyAndOnlyAsSigned(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 2);
                S3Presigner presigner = S3Clients.presigner(cluster, 2);
                HttpClient anybody = HttpClient.newHttpClient()) {
            s3.createBucket(b -> b.bucket("s3-presigned"));
            URI put =
                    presigner
                            .presignPutObject(
                                    p ->
                                            p.signatureDuration(Duration.ofMinutes(5))
                                                    .putObjectRequest(
                                                            r -> r.bucket("s3-presigned").key("k")))
                            .url()
                            .toURI();
            assertThat(send(anybody, put, "PUT", "hello").statusCode()).isEqualTo(200);
            URI get =
                    presigner
                            .presignGetObject(
                                    p ->
                                            p.signatureDuration(Duration.ofMinutes(5))
                                                    .getObjectRequest(
                                                            r -> r.bucket("s3-presigned").key("k")))
                            .url()
                            .toURI();
            assertThat(send(anybody, get, "GET", "").body()).isEqualTo("hello");
            assertThat(send(anybody, get, "DELETE", "").statusCode()).isEqualTo(403);
            URI other = URI.create(get.toString().replace("/k?", "/other?"));
            HttpResponse<String> refused = send(anybody, other, "GET", "");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("<Code>SignatureDoesNotMatch</Code>");
        }
    }

    private static HttpResponse<String> send(HttpClient client, URI uri, String method, String body)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void anUploadInPartsBecomesOneObjectOrNothing(Cluster cluster) {
        byte[] first = bytes(1, 5 << 20);
        byte[] second = bytes(2, 5 << 20);
        byte[] last = bytes(3, 100_000);
        try (S3Client s3 = S3Clients.sync(cluster, 3);
                S3Client other = S3Clients.sync(cluster, 5)) {
            s3.createBucket(b -> b.bucket("s3-multipart"));
            String id = s3.createMultipartUpload(c -> c.bucket("s3-multipart").key("k")).uploadId();
            CompletedPart three = part(other, id, 3, last);
            CompletedPart replaced = part(s3, id, 1, second);
            CompletedPart two = part(other, id, 2, second);
            CompletedPart one = part(s3, id, 1, first);
            assertThat(s3.listParts(l -> l.bucket("s3-multipart").key("k").uploadId(id)).parts())
                    .extracting(Part::size)
                    .containsExactly(5L << 20, 5L << 20, 100_000L);
            assertThat(refused(() -> s3.headObject(h -> h.bucket("s3-multipart").key("k"))))
                    .extracting(S3Exception::statusCode)
                    .isEqualTo(404);
            assertThat(refused(() -> complete(s3, id, replaced, two, three)).awsErrorDetails())
                    .extracting(AwsErrorDetails::errorCode)
                    .isEqualTo("InvalidPart");
            String eTag = complete(s3, id, one, two, three).eTag();
            assertThat(eTag).endsWith("-3\"");
            assertThat(complete(other, id, one, two, three).eTag()).isEqualTo(eTag);
            byte[] whole =
                    other.getObjectAsBytes(g -> g.bucket("s3-multipart").key("k")).asByteArray();
            assertThat(whole).hasSize(first.length + second.length + last.length);
            assertThat(Arrays.copyOf(whole, first.length)).isEqualTo(first);
            assertThat(
                            s3.getObjectAsBytes(
                                            g -> g.bucket("s3-multipart").key("k").partNumber(3))
                                    .asByteArray())
                    .isEqualTo(last);
            String given =
                    s3.createMultipartUpload(c -> c.bucket("s3-multipart").key("x")).uploadId();
            s3.abortMultipartUpload(a -> a.bucket("s3-multipart").key("x").uploadId(given));
            assertThat(s3.listMultipartUploads(l -> l.bucket("s3-multipart")).uploads()).isEmpty();
        }
    }

    private static CompletedPart part(S3Client s3, String id, int number, byte[] body) {
        String eTag =
                s3.uploadPart(
                                u ->
                                        u.bucket("s3-multipart")
                                                .key("k")
                                                .uploadId(id)
                                                .partNumber(number),
                                RequestBody.fromBytes(body))
                        .eTag();
        return CompletedPart.builder().partNumber(number).eTag(eTag).build();
    }

    private static CompleteMultipartUploadResponse complete(
            S3Client s3, String id, CompletedPart... parts) {
        return s3.completeMultipartUpload(
                c ->
                        c.bucket("s3-multipart")
                                .key("k")
                                .uploadId(id)
                                .multipartUpload(m -> m.parts(parts)));
    }

    @Test
    void badCredentialsAndUnservedOperationsAreRefusedAsS3Does(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 1);
                S3Client wrong =
                        S3Clients.sync(
                                cluster,
                                1,
                                AwsBasicCredentials.create(
                                        cluster.credentials().getFirst(), "not the secret"));
                HttpClient anybody = HttpClient.newHttpClient()) {
            s3.createBucket(b -> b.bucket("s3-refused"));
            assertThat(
                            refused(() -> wrong.listObjectsV2(l -> l.bucket("s3-refused")))
                                    .awsErrorDetails()
                                    .errorCode())
                    .isEqualTo("SignatureDoesNotMatch");
            URI bucket = cluster.s3(1).resolve("/s3-refused");
            HttpResponse<String> nobody = send(anybody, bucket, "GET", "");
            assertThat(nobody.statusCode()).isEqualTo(403);
            assertThat(nobody.body()).contains("<Code>AccessDenied</Code>");
            assertThat(nobody.headers().firstValue("x-amz-request-id")).isPresent();
            PutBucketAccelerateConfigurationRequest accelerate =
                    PutBucketAccelerateConfigurationRequest.builder()
                            .bucket("s3-refused")
                            .accelerateConfiguration(c -> {})
                            .build();
            assertThat(
                            refused(() -> s3.putBucketAccelerateConfiguration(accelerate))
                                    .awsErrorDetails()
                                    .errorCode())
                    .isEqualTo("NotImplemented");
            assertThat(
                            refused(() -> s3.getBucketPolicy(p -> p.bucket("s3-refused")))
                                    .awsErrorDetails()
                                    .errorCode())
                    .isEqualTo("NoSuchBucketPolicy");
        }
    }
}
