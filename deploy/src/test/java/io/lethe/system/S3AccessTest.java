package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketCannedACL;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectOwnership;
import software.amazon.awssdk.services.s3.model.OwnershipControlsRule;
import software.amazon.awssdk.services.s3.model.Permission;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Who may do what by S3: policies, ACLs, requests without a signature. */
@Shared(Kind.ONE_PROCESS)
class S3AccessTest {
    /** Of every request that has none of its own: a list of keys to delete. */
    private static final String BODY = "<Delete><Object><Key>private/a</Key></Object></Delete>";

    private static String refused(Runnable attempt) {
        S3Exception failure = catchThrowableOfType(S3Exception.class, attempt::run);
        assertThat(failure).as("refused").isNotNull();
        AwsErrorDetails details = failure.awsErrorDetails();
        return details.errorCode();
    }

    private static HttpResponse<String> anybody(Cluster cluster, int node, String method, String at)
            throws IOException, InterruptedException {
        URI uri = URI.create(cluster.s3(node) + at);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(uri)
                            .method(method, HttpRequest.BodyPublishers.ofString(BODY))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String policy(String statement) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + statement.replace('\'', '"') + "]}";
    }

    private static Delete one(String key) {
        return Delete.builder().objects(ObjectIdentifier.builder().key(key).build()).build();
    }

    private static OwnershipControlsRule writers() {
        return OwnershipControlsRule.builder()
                .objectOwnership(ObjectOwnership.OBJECT_WRITER)
                .build();
    }

    @Test
    void aPolicyLetsAnybodyReadWhatItNamesAndNothingElse(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 0)) {
            s3.createBucket(b -> b.bucket("access-open"));
            for (String key : new String[] {"public/a", "private/a"}) {
                s3.putObject(
                        p -> p.bucket("access-open").key(key), RequestBody.fromString("hello"));
            }
            String open = "/operator--access-open/";
            assertThat(anybody(cluster, 1, "GET", open + "public/a").statusCode()).isEqualTo(403);
            String readers =
                    policy(
                            "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                                    + "'Resource':'arn:aws:s3:::access-open/public/*'}");
            assertThat(
                            refused(
                                    () ->
                                            s3.putBucketPolicy(
                                                    p -> p.bucket("access-open").policy(readers))))
                    .isEqualTo("AccessDenied");
            s3.deletePublicAccessBlock(b -> b.bucket("access-open"));
            s3.putBucketPolicy(p -> p.bucket("access-open").policy(readers));
            HttpResponse<String> read = anybody(cluster, 1, "GET", open + "public/a");
            assertThat(read.statusCode()).isEqualTo(200);
            assertThat(read.body()).isEqualTo("hello");
            assertThat(s3.getBucketPolicyStatus(p -> p.bucket("access-open")).policyStatus())
                    .satisfies(status -> assertThat(status.isPublic()).isTrue());
            for (String hidden :
                    List.of(
                            open + "private/a",
                            open + "public/none",
                            "/operator--none/a",
                            "/nobody--access-open/public/a")) {
                HttpResponse<String> refused = anybody(cluster, 1, "GET", hidden);
                assertThat(refused.statusCode()).as(hidden).isEqualTo(403);
                assertThat(refused.body()).contains("<Code>AccessDenied</Code>");
            }
            for (String bucket : List.of("/operator--access-open", "/operator--none")) {
                assertThat(anybody(cluster, 1, "POST", bucket + "?delete").statusCode())
                        .as(bucket)
                        .isEqualTo(403);
            }
            assertThat(anybody(cluster, 1, "PUT", open + "public/b").statusCode()).isEqualTo(403);
            assertThat(anybody(cluster, 1, "GET", open).statusCode()).isEqualTo(403);
            assertThat(anybody(cluster, 1, "GET", "/access-open/public/a").statusCode())
                    .isEqualTo(403);
            s3.deleteBucketPolicy(p -> p.bucket("access-open"));
            assertThat(anybody(cluster, 0, "GET", open + "public/a").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void whatAPolicyDeniesIsDeniedToTheOwnerTooWhoCanAlwaysChangeThePolicy(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("access-deny"));
            s3.putObject(p -> p.bucket("access-deny").key("k"), RequestBody.fromString("x"));
            String deny =
                    policy(
                            "{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':"
                                    + "['arn:aws:s3:::access-deny','arn:aws:s3:::access-deny/*']}");
            s3.putBucketPolicy(p -> p.bucket("access-deny").policy(deny));
            assertThat(refused(() -> s3.getObject(g -> g.bucket("access-deny").key("k"))))
                    .isEqualTo("AccessDenied");
            assertThat(refused(() -> s3.listObjectsV2(l -> l.bucket("access-deny"))))
                    .isEqualTo("AccessDenied");
            assertThat(s3.deleteObjects(d -> d.bucket("access-deny").delete(one("k"))).errors())
                    .singleElement()
                    .satisfies(error -> assertThat(error.code()).isEqualTo("AccessDenied"));
            assertThat(s3.getBucketPolicy(p -> p.bucket("access-deny")).policy()).isEqualTo(deny);
            s3.deleteBucketPolicy(p -> p.bucket("access-deny"));
            assertThat(s3.headObject(h -> h.bucket("access-deny").key("k")).contentLength())
                    .isEqualTo(1);
        }
    }

    @Test
    void policiesThatMakeNoSenseOrOpenWhatIsBlockedAreRefused(Cluster cluster) {
        try (S3Client s3 = S3Clients.sync(cluster, 3)) {
            s3.createBucket(b -> b.bucket("access-block"));
            assertThat(
                            refused(
                                    () ->
                                            s3.putBucketPolicy(
                                                    p ->
                                                            p.bucket("access-block")
                                                                    .policy("{\"Statement\":[]"))))
                    .isEqualTo("MalformedPolicy");
            assertThat(
                            s3.getPublicAccessBlock(p -> p.bucket("access-block"))
                                    .publicAccessBlockConfiguration())
                    .as("of a new bucket")
                    .satisfies(
                            block -> {
                                assertThat(block.blockPublicPolicy()).isTrue();
                                assertThat(block.restrictPublicBuckets()).isTrue();
                            });
            s3.putPublicAccessBlock(
                    p ->
                            p.bucket("access-block")
                                    .publicAccessBlockConfiguration(
                                            c -> c.blockPublicPolicy(true).blockPublicAcls(true)));
            String open =
                    policy(
                            "{'Effect':'Allow','Principal':'*','Action':'s3:GetObject',"
                                    + "'Resource':'arn:aws:s3:::access-block/*'}");
            assertThat(
                            refused(
                                    () ->
                                            s3.putBucketPolicy(
                                                    p -> p.bucket("access-block").policy(open))))
                    .isEqualTo("AccessDenied");
            assertThat(
                            s3.getPublicAccessBlock(p -> p.bucket("access-block"))
                                    .publicAccessBlockConfiguration())
                    .satisfies(
                            block -> {
                                assertThat(block.blockPublicPolicy()).isTrue();
                                assertThat(block.restrictPublicBuckets()).isFalse();
                            });
            s3.deletePublicAccessBlock(p -> p.bucket("access-block"));
            assertThat(refused(() -> s3.getPublicAccessBlock(p -> p.bucket("access-block"))))
                    .isEqualTo("NoSuchPublicAccessBlockConfiguration");
            s3.putBucketPolicy(p -> p.bucket("access-block").policy(open));
        }
    }

    private static void aclsOfObjects(Cluster cluster, S3Client s3) throws Exception {
        String at = "/operator--access-acl/k";
        assertThat(anybody(cluster, 4, "GET", at).statusCode()).isEqualTo(403);
        s3.putObjectAcl(a -> a.bucket("access-acl").key("k").acl(ObjectCannedACL.PUBLIC_READ));
        assertThat(anybody(cluster, 4, "GET", at).statusCode()).isEqualTo(200);
        assertThat(s3.getObjectAcl(a -> a.bucket("access-acl").key("k")).grants())
                .hasSize(2)
                .anySatisfy(
                        grant -> {
                            assertThat(grant.permission()).isEqualTo(Permission.READ);
                            assertThat(grant.grantee().uri()).endsWith("/AllUsers");
                        });
        s3.putObjectAcl(a -> a.bucket("access-acl").key("k").acl(ObjectCannedACL.PRIVATE));
        assertThat(anybody(cluster, 4, "GET", at).statusCode()).isEqualTo(403);
        s3.putObject(
                p -> p.bucket("access-acl").key("open").acl(ObjectCannedACL.PUBLIC_READ),
                RequestBody.fromString("x"));
        s3.copyObject(
                c ->
                        c.sourceBucket("access-acl")
                                .sourceKey("open")
                                .destinationBucket("access-acl")
                                .destinationKey("copy"));
        assertThat(anybody(cluster, 3, "GET", "/operator--access-acl/open").statusCode())
                .isEqualTo(200);
        assertThat(anybody(cluster, 3, "GET", "/operator--access-acl/copy").statusCode())
                .isEqualTo(403);
    }

    @Test
    void aclsCountOnlyWhereTheOwnerWantsThem(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 4)) {
            s3.createBucket(b -> b.bucket("access-acl"));
            assertThat(
                            refused(
                                    () ->
                                            s3.putBucketAcl(
                                                    a ->
                                                            a.bucket("access-acl")
                                                                    .acl(
                                                                            BucketCannedACL
                                                                                    .PUBLIC_READ))))
                    .isEqualTo("AccessControlListNotSupported");
            assertThat(
                            refused(
                                    () ->
                                            s3.putObject(
                                                    p ->
                                                            p.bucket("access-acl")
                                                                    .key("k")
                                                                    .acl(
                                                                            ObjectCannedACL
                                                                                    .PUBLIC_READ),
                                                    RequestBody.fromString("x"))))
                    .isEqualTo("AccessControlListNotSupported");
            s3.putBucketOwnershipControls(
                    o -> o.bucket("access-acl").ownershipControls(c -> c.rules(writers())));
            assertThat(
                            refused(
                                    () ->
                                            s3.putBucketAcl(
                                                    a ->
                                                            a.bucket("access-acl")
                                                                    .acl(
                                                                            BucketCannedACL
                                                                                    .PUBLIC_READ))))
                    .isEqualTo("AccessDenied");
            s3.deletePublicAccessBlock(b -> b.bucket("access-acl"));
            s3.putBucketAcl(a -> a.bucket("access-acl").acl(BucketCannedACL.PUBLIC_READ));
            s3.putObject(p -> p.bucket("access-acl").key("k"), RequestBody.fromString("x"));
            assertThat(s3.getBucketAcl(a -> a.bucket("access-acl")).grants()).hasSize(2);
            HttpResponse<String> listed = anybody(cluster, 4, "GET", "/operator--access-acl");
            assertThat(listed.statusCode()).isEqualTo(200);
            assertThat(listed.body()).contains("<Key>k</Key>");
            aclsOfObjects(cluster, s3);
            s3.putBucketAcl(a -> a.bucket("access-acl").acl(BucketCannedACL.PRIVATE));
            assertThat(anybody(cluster, 4, "GET", "/operator--access-acl").statusCode())
                    .isEqualTo(403);
        }
    }
}
