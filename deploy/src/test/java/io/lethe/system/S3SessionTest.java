package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CORSRule;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Sessions, and what browsers do: CORS, websites, forms. */
@Shared(Kind.ONE_PROCESS)
class S3SessionTest {
    /** Where the shared cluster's websites are. */
    static final String WEBSITES = "site.localhost";

    private static final String REGION = "us-east-1";

    private static String refused(Runnable attempt) {
        S3Exception failure = catchThrowableOfType(S3Exception.class, attempt::run);
        assertThat(failure).as("refused").isNotNull();
        return failure.awsErrorDetails().errorCode();
    }

    private static HttpResponse<String> send(HttpRequest request)
            throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    /** One STS action, signed as the SDK signs them. */
    private static HttpResponse<String> sts(Cluster cluster, int node, String form)
            throws IOException, InterruptedException {
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .uri(cluster.s3(node).resolve("/"))
                        .method(SdkHttpMethod.POST)
                        .putHeader("content-type", "application/x-www-form-urlencoded")
                        .build();
        var signed =
                AwsV4HttpSigner.create()
                        .sign(
                                r ->
                                        r.identity(S3Clients.key(cluster))
                                                .request(request)
                                                .payload(ContentStreamProvider.fromUtf8String(form))
                                                .putProperty(
                                                        AwsV4HttpSigner.SERVICE_SIGNING_NAME, "sts")
                                                .putProperty(AwsV4HttpSigner.REGION_NAME, REGION));
        HttpRequest.Builder sent =
                HttpRequest.newBuilder(cluster.s3(node).resolve("/"))
                        .POST(HttpRequest.BodyPublishers.ofString(form));
        signed.request()
                .headers()
                .forEach(
                        (name, values) -> {
                            if (!name.equalsIgnoreCase("host")
                                    && !name.equalsIgnoreCase("content-length")) {
                                values.forEach(value -> sent.header(name, value));
                            }
                        });
        return send(sent.build());
    }

    private static String element(String xml, String name) {
        Matcher found = Pattern.compile("<" + name + ">([^<]*)</" + name + ">").matcher(xml);
        assertThat(found.find()).as(name + " in " + xml).isTrue();
        return found.group(1);
    }

    private static AwsSessionCredentials session(Cluster cluster, int node, String form)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = sts(cluster, node, form);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return AwsSessionCredentials.create(
                element(answer.body(), "AccessKeyId"),
                element(answer.body(), "SecretAccessKey"),
                element(answer.body(), "SessionToken"));
    }

    private static String changed(String token) {
        char other = token.charAt(60) == 'A' ? 'B' : 'A';
        return token.substring(0, 60) + other + token.substring(61);
    }

    /** A session that may read one bucket. */
    private static AwsSessionCredentials narrow(Cluster cluster)
            throws IOException, InterruptedException {
        HttpResponse<String> me = sts(cluster, 0, "Action=GetCallerIdentity&Version=2011-06-15");
        assertThat(me.statusCode()).as(me.body()).isEqualTo(200);
        String account = element(me.body(), "Account");
        assertThat(element(me.body(), "Arn"))
                .isEqualTo("arn:aws:iam::" + account + ":user/operator");
        String assume =
                "Action=AssumeRole&Version=2011-06-15&RoleSessionName=ann&RoleArn=arn:aws:iam::"
                        + account
                        + ":role/";
        assertThat(sts(cluster, 0, assume + "other").body()).contains("<Code>AccessDenied</Code>");
        String policy =
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                        + "\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::session-a/*\"}]}";
        return session(
                cluster,
                0,
                assume + "account&Policy=" + URLEncoder.encode(policy, StandardCharsets.UTF_8));
    }

    @Test
    void aSessionMayDoWhatItsPolicyLeavesAtAnyNode(Cluster cluster) throws Exception {
        AwsSessionCredentials narrow = narrow(cluster);
        try (S3Client owner = S3Clients.sync(cluster, 0);
                S3Client s3 = S3Clients.sync(cluster, 2, narrow);
                S3Presigner presigner = S3Clients.presigner(cluster, 3, narrow)) {
            owner.createBucket(b -> b.bucket("session-a"));
            owner.putObject(p -> p.bucket("session-a").key("k"), RequestBody.fromString("hello"));
            assertThat(s3.getObjectAsBytes(g -> g.bucket("session-a").key("k")).asUtf8String())
                    .isEqualTo("hello");
            assertThat(
                            refused(
                                    () ->
                                            s3.putObject(
                                                    p -> p.bucket("session-a").key("k"),
                                                    RequestBody.fromString("x"))))
                    .isEqualTo("AccessDenied");
            assertThat(refused(() -> s3.listBuckets())).isEqualTo("AccessDenied");
            URI presigned =
                    URI.create(
                            presigner
                                    .presignGetObject(
                                            p ->
                                                    p.signatureDuration(Duration.ofMinutes(5))
                                                            .getObjectRequest(
                                                                    g ->
                                                                            g.bucket("session-a")
                                                                                    .key("k")))
                                    .url()
                                    .toString());
            assertThat(send(HttpRequest.newBuilder(presigned).build()).body()).isEqualTo("hello");
            AwsSessionCredentials forged =
                    AwsSessionCredentials.create(
                            narrow.accessKeyId(),
                            narrow.secretAccessKey(),
                            changed(narrow.sessionToken()));
            try (S3Client other = S3Clients.sync(cluster, 1, forged)) {
                assertThat(refused(() -> other.getObject(g -> g.bucket("session-a").key("k"))))
                        .isEqualTo("InvalidToken");
            }
        }
        AwsSessionCredentials whole =
                session(cluster, 4, "Action=GetSessionToken&Version=2011-06-15");
        try (S3Client s3 = S3Clients.sync(cluster, 5, whole)) {
            s3.putObject(p -> p.bucket("session-a").key("k2"), RequestBody.fromString("x"));
            assertThat(s3.listBuckets().buckets()).isNotEmpty();
        }
    }

    @Test
    void browsersHearWhichOriginsMayUseABucket(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 1)) {
            s3.createBucket(b -> b.bucket("session-cors"));
            URI key = cluster.s3(1).resolve("/operator--session-cors/k");
            HttpRequest.Builder ask =
                    HttpRequest.newBuilder(key)
                            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                            .header("Origin", "https://app.example.org")
                            .header("Access-Control-Request-Method", "PUT")
                            .header("Access-Control-Request-Headers", "x-amz-meta-a");
            assertThat(send(ask.build()).statusCode()).isEqualTo(403);
            CORSRule rule =
                    CORSRule.builder()
                            .allowedOrigins("https://*.example.org")
                            .allowedMethods("PUT", "GET")
                            .allowedHeaders("x-amz-*")
                            .exposeHeaders("ETag")
                            .maxAgeSeconds(60)
                            .build();
            s3.putBucketCors(
                    c -> c.bucket("session-cors").corsConfiguration(k -> k.corsRules(rule)));
            HttpResponse<String> may = send(ask.build());
            assertThat(may.statusCode()).isEqualTo(200);
            assertThat(may.headers().firstValue("access-control-allow-origin"))
                    .contains("https://app.example.org");
            assertThat(may.headers().firstValue("access-control-allow-headers"))
                    .contains("x-amz-meta-a");
            HttpResponse<String> denied =
                    send(
                            HttpRequest.newBuilder(key)
                                    .header("Origin", "https://app.example.org")
                                    .build());
            assertThat(denied.statusCode()).isEqualTo(403);
            assertThat(denied.headers().firstValue("access-control-expose-headers"))
                    .contains("ETag");
            askBySession(cluster);
            s3.deleteBucketCors(c -> c.bucket("session-cors"));
            assertThat(refused(() -> s3.getBucketCors(c -> c.bucket("session-cors"))))
                    .isEqualTo("NoSuchCORSConfiguration");
            s3.putBucketTagging(
                    t ->
                            t.bucket("session-cors")
                                    .tagging(
                                            g ->
                                                    g.tagSet(
                                                            Tag.builder()
                                                                    .key("a")
                                                                    .value("b")
                                                                    .build())));
            assertThat(s3.getBucketTagging(t -> t.bucket("session-cors")).tagSet()).hasSize(1);
        }
    }

    /** A link that a session has signed names its bucket as its owner does. */
    private static void askBySession(Cluster cluster) throws Exception {
        AwsSessionCredentials whole =
                session(cluster, 3, "Action=GetSessionToken&Version=2011-06-15");
        try (S3Presigner presigner =
                S3Presigner.builder()
                        .endpointOverride(cluster.s3(4))
                        .region(Region.US_EAST_1)
                        .serviceConfiguration(
                                S3Configuration.builder().pathStyleAccessEnabled(true).build())
                        .credentialsProvider(StaticCredentialsProvider.create(whole))
                        .build()) {
            URI link =
                    URI.create(
                            presigner
                                    .presignPutObject(
                                            p ->
                                                    p.signatureDuration(Duration.ofMinutes(5))
                                                            .putObjectRequest(
                                                                    o ->
                                                                            o.bucket("session-cors")
                                                                                    .key("k")))
                                    .url()
                                    .toString());
            String origin = "https://app.example.org";
            HttpResponse<String> may =
                    send(
                            HttpRequest.newBuilder(link)
                                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                                    .header("Origin", origin)
                                    .header("Access-Control-Request-Method", "PUT")
                                    .build());
            assertThat(may.statusCode()).as(may.body()).isEqualTo(200);
            HttpResponse<String> put =
                    send(
                            HttpRequest.newBuilder(link)
                                    .PUT(HttpRequest.BodyPublishers.ofString("x"))
                                    .header("Origin", origin)
                                    .build());
            assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
            assertThat(put.headers().firstValue("access-control-allow-origin")).contains(origin);
        }
    }

    /** As a browser asks a website's host. */
    private static String page(Cluster cluster, String host, String path) throws IOException {
        URI node = cluster.s3(2);
        try (Socket socket = new Socket(node.getHost(), node.getPort())) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nHost: "
                                            + host
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aBucketIsAWebsite(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 2)) {
            s3.createBucket(b -> b.bucket("session-site"));
            String host = "operator--session-site." + WEBSITES;
            assertThat(page(cluster, host, "/")).startsWith("HTTP/1.1 404");
            s3.putBucketWebsite(
                    w ->
                            w.bucket("session-site")
                                    .websiteConfiguration(
                                            c ->
                                                    c.indexDocument(i -> i.suffix("index.html"))
                                                            .errorDocument(e -> e.key("e.html"))));
            for (String key : new String[] {"index.html", "folder/index.html", "e.html"}) {
                s3.putObject(
                        p -> p.bucket("session-site").key(key).contentType("text/html"),
                        RequestBody.fromString("<p>" + key));
            }
            assertThat(page(cluster, host, "/")).startsWith("HTTP/1.1 403");
            s3.deletePublicAccessBlock(b -> b.bucket("session-site"));
            s3.putBucketPolicy(
                    p ->
                            p.bucket("session-site")
                                    .policy(
                                            """
                                            {"Version": "2012-10-17", "Statement": [
                                              {"Effect": "Allow", "Principal": "*",
                                               "Action": ["s3:GetObject", "s3:ListBucket"],
                                               "Resource": ["arn:aws:s3:::session-site",
                                                            "arn:aws:s3:::session-site/*"]}]}\
                                            """));
            assertThat(page(cluster, host, "/"))
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("content-type: text/html")
                    .endsWith("<p>index.html");
            assertThat(page(cluster, host, "/folder"))
                    .startsWith("HTTP/1.1 302")
                    .containsIgnoringCase("location: /folder/");
            assertThat(page(cluster, host, "/folder/")).endsWith("<p>folder/index.html");
            assertThat(page(cluster, host, "/none"))
                    .startsWith("HTTP/1.1 404")
                    .endsWith("<p>e.html");
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> fields(Cluster cluster, String policy)
            throws GeneralSecurityException {
        Instant now = Instant.now();
        String date =
                DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                        .withZone(ZoneOffset.UTC)
                        .format(now);
        String day = date.substring(0, 8);
        String credential =
                S3Clients.key(cluster).accessKeyId() + "/" + day + "/us-east-1/s3/aws4_request";
        String whole =
                policy.replace("CREDENTIAL", credential)
                        .replace("DATE", date)
                        .replace("END", now.plusSeconds(600).toString());
        String encoded = Base64.getEncoder().encodeToString(whole.getBytes(StandardCharsets.UTF_8));
        byte[] signing =
                ("AWS4" + S3Clients.key(cluster).secretAccessKey())
                        .getBytes(StandardCharsets.UTF_8);
        for (String part : new String[] {day, REGION, "s3", "aws4_request"}) {
            signing = hmac(signing, part);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("key", "up/${filename}");
        fields.put("success_action_status", "201");
        fields.put("x-amz-algorithm", "AWS4-HMAC-SHA256");
        fields.put("x-amz-credential", credential);
        fields.put("x-amz-date", date);
        fields.put("policy", encoded);
        fields.put("x-amz-signature", HexFormat.of().formatHex(hmac(signing, encoded)));
        return fields;
    }

    private static HttpResponse<String> post(
            Cluster cluster, Map<String, String> fields, String content)
            throws IOException, InterruptedException {
        StringBuilder form = new StringBuilder();
        fields.forEach(
                (name, value) ->
                        form.append("--xyz\r\nContent-Disposition: form-data; name=\"")
                                .append(name)
                                .append("\"\r\n\r\n")
                                .append(value)
                                .append("\r\n"));
        form.append("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"")
                .append("\r\nContent-Type: text/plain\r\n\r\n")
                .append(content)
                .append("\r\n--xyz--\r\n");
        return send(
                HttpRequest.newBuilder(cluster.s3(3).resolve("/session-form"))
                        .header("Content-Type", "multipart/form-data; boundary=xyz")
                        .header("Origin", "https://app.example.org")
                        .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
                        .build());
    }

    @Test
    void aFormUploadsWhatItsPolicyAllows(Cluster cluster) throws Exception {
        try (S3Client s3 = S3Clients.sync(cluster, 3)) {
            s3.createBucket(b -> b.bucket("session-form"));
            CORSRule rule =
                    CORSRule.builder()
                            .allowedOrigins("https://app.example.org")
                            .allowedMethods("POST")
                            .build();
            s3.putBucketCors(
                    c -> c.bucket("session-form").corsConfiguration(k -> k.corsRules(rule)));
            String policy =
                    """
                    {"expiration": "END", "conditions": [{"bucket": "session-form"},
                      ["starts-with", "$key", "up/"], {"success_action_status": "201"},
                      {"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-credential": "CREDENTIAL"},
                      {"x-amz-date": "DATE"}, ["content-length-range", "1", "100000"]]}\
                    """;
            String content = "some text\r\n--xy".repeat(5_000);
            HttpResponse<String> stored = post(cluster, fields(cluster, policy), content);
            assertThat(stored.statusCode()).as(stored.body()).isEqualTo(201);
            assertThat(element(stored.body(), "Key")).isEqualTo("up/a.txt");
            assertThat(stored.headers().firstValue("access-control-allow-origin"))
                    .as("the form says whose bucket is meant")
                    .contains("https://app.example.org");
            assertThat(
                            s3.getObjectAsBytes(g -> g.bucket("session-form").key("up/a.txt"))
                                    .asUtf8String())
                    .isEqualTo(content);
            HttpResponse<String> tooLong =
                    post(cluster, fields(cluster, policy), "x".repeat(100_001));
            assertThat(tooLong.body()).contains("<Code>EntityTooLarge</Code>");
            assertThat(tooLong.headers().firstValue("access-control-allow-origin")).isPresent();
            Map<String, String> elsewhere = fields(cluster, policy);
            elsewhere.put("key", "other/k");
            assertThat(post(cluster, elsewhere, "x").body()).contains("<Code>AccessDenied</Code>");
            Map<String, String> forged = fields(cluster, policy);
            forged.put("x-amz-signature", "0".repeat(64));
            assertThat(post(cluster, forged, "x").body())
                    .contains("<Code>SignatureDoesNotMatch</Code>");
            assertThat(post(cluster, Map.of("key", "up/k"), "x").body())
                    .contains("<Code>AccessDenied</Code>");
            assertThat(s3.listObjectsV2(l -> l.bucket("session-form")).contents()).hasSize(1);
        }
    }
}
