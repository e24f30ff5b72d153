package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.object.ReadRange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parsers of what stands in a request's line and headers. */
class RequestParsersTest {
    private static final List<String> DOMAINS = List.of("s3.example.com", "localhost");

    private static S3Request request(String target, String... lines) {
        List<S3Request.Header> headers = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            headers.add(new S3Request.Header(line.substring(0, colon), line.substring(colon + 1)));
        }
        return new S3Request("GET", target, headers);
    }

    private static S3Error refusal(ThrowingCallable call) {
        S3Exception refusal = catchThrowableOfType(S3Exception.class, call);
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal.error();
    }

    private static String wire(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "h, /, '', ''",
        "h, /bucket, bucket, ''",
        "h, /bucket/, bucket, ''",
        "h, /bucket/key, bucket, key",
        "h, /bucket//a//b/, bucket, /a//b/",
        "h, /bucket/../x/./y, bucket, ../x/./y",
        "h, /bucket/a+b%20c%2Bd, bucket, a+b c+d",
        "h, /bucket/%252F, bucket, %2F",
        "h, /bucket/a%2Fb?list-type=2, bucket, a/b",
        "h, /bucket/%C3%A9%E4%B8%AD, bucket, é中",
        "bucket.s3.example.com, /key, bucket, key",
        "bucket.S3.Example.com:9000, //key, bucket, /key",
        "a.b.s3.example.com, /, a.b, ''",
        "s3.example.com, /bucket/key, bucket, key",
        "localhost:9000, /bucket/key, bucket, key",
        "bucket.localhost, /key, bucket, key",
        "other.com, /bucket/key, bucket, key",
        "[::1]:9000, /bucket/key, bucket, key",
        "xs3.example.com, /bucket/key, bucket, key",
    })
    void addressesAreReadInBothStyles(String host, String target, String bucket, String key) {
        S3Address address = S3Address.of(request(target, "Host: " + host), DOMAINS);
        assertThat(address.bucket()).isEqualTo(bucket);
        assertThat(address.key()).isEqualTo(key);
        assertThat(address.isService()).isEqualTo(bucket.isEmpty());
        assertThat(address.isBucket()).isEqualTo(!bucket.isEmpty() && key.isEmpty());
        assertThat(address.isObject()).isEqualTo(!key.isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "*, InvalidURI",
        "/bucket/%, InvalidURI",
        "/bucket/%4, InvalidURI",
        "/bucket/%4g, InvalidURI",
        "/bucket/%ff, InvalidURI",
        "/bucket/%ED%A0%80, InvalidURI",
        "/bucket/k?a=%ff, InvalidURI",
        "/Bucket/k, InvalidBucketName",
        "/b%2Fc/k, InvalidBucketName",
        "/ab, InvalidBucketName",
        "//k, InvalidBucketName",
        "/192.168.1.1/k, InvalidBucketName",
    })
    void badAddressesAreRefused(String target, String code) {
        assertThat(refusal(() -> S3Address.of(request(target), DOMAINS)).code()).isEqualTo(code);
    }

    @Test
    void keysHaveUpToAThousandBytes() {
        assertThat(S3Address.of(request("/bucket/" + "k".repeat(1024)), DOMAINS).key())
                .hasSize(1024);
        assertThat(S3Address.of(request("/bucket/" + "%C3%A9".repeat(512)), DOMAINS).key())
                .isEqualTo("é".repeat(512));
        assertThat(refusal(() -> S3Address.of(request("/bucket/" + "k".repeat(1025)), DOMAINS)))
                .isEqualTo(S3Error.KEY_TOO_LONG_ERROR);
        assertThat(refusal(() -> S3Address.of(request("/bucket/" + "%C3%A9".repeat(513)), DOMAINS)))
                .isEqualTo(S3Error.KEY_TOO_LONG_ERROR);
    }

    @Test
    void anyKeyComesThroughPercentCodingUnchanged() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            StringBuilder key = new StringBuilder("k");
            for (int i = random.nextInt(30); i > 0; i--) {
                int one = random.nextInt(random.nextBoolean() ? 128 : 0x11_0000);
                if (one < 0xD800 || one > 0xDFFF) {
                    key.appendCodePoint(one);
                }
            }
            String text = key.toString();
            String encoded = PercentCoding.encode(text, random.nextBoolean());
            assertThat(PercentCoding.decodeText(encoded, random.nextBoolean()))
                    .as("seed " + seed)
                    .isEqualTo(text);
            S3Address address = S3Address.of(request("/bucket/" + encoded), DOMAINS);
            assertThat(address.key()).as("seed " + seed).isEqualTo(text);
            assertThat(KeyEncoding.URL.apply(text)).isEqualTo(PercentCoding.encode(text, true));
        }
    }

    @Test
    void headersAreBytesForSignaturesAndTextForOthers() {
        S3Request request =
                request(
                        "/",
                        "X-Amz-Meta-A:" + wire(" é "),
                        "x-amz-meta-B: \u00ff",
                        "X-AMZ-meta-a: 2");
        assertThat(request.header("x-amz-meta-a")).contains("é");
        assertThat(request.headerValues("x-amz-meta-a")).containsExactly(wire(" é "), " 2");
        assertThat(UserMetadata.of(request)).isEqualTo(Map.of("a", "é , 2", "b", "\u00ff"));
    }

    @Test
    void queriesAreDecodedOnceAndKeepTheirOrder() {
        S3Request request = request("/?b=1&a=%2B+%252B&&a&=x&b=2");
        assertThat(request.parameters())
                .containsExactly(
                        new S3Request.Parameter("b", "1"),
                        new S3Request.Parameter("a", "+ %2B"),
                        new S3Request.Parameter("a", ""),
                        new S3Request.Parameter("", "x"),
                        new S3Request.Parameter("b", "2"));
        assertThat(request.parameter("b")).contains("1");
        assertThat(request.hasParameter("c")).isFalse();
        assertThat(refusal(() -> request("/?" + "a&".repeat(1025))))
                .isEqualTo(S3Error.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-9, 0, 10",
        "Bytes = 0 - 9, 0, 10",
        "bytes=90-, 90, 10",
        "bytes=90-1000, 90, 10",
        "bytes=99-99999999999999999999, 99, 1",
        "bytes=-10, 90, 10",
        "bytes=-1000, 0, 100",
        "'', 0, 100",
        "bytes=5-2, 0, 100",
        "'bytes=0-1,5-6', 0, 100",
        "chars=0-9, 0, 100",
        "bytes=-, 0, 100",
        "bytes=a-b, 0, 100",
        "bytes 0-9, 0, 100",
        "bytes=100-, -1, -1",
        "bytes=99999999999999999999-, -1, -1",
        "bytes=-0, -1, -1",
    })
    void rangesAreTakenIgnoredOrOutside(String header, long first, long length) {
        ReadRange range = RangeHeader.parse(Optional.of(header));
        ReadRange.Resolved found;
        try {
            found = range.within(100);
        } catch (io.lethe.node.model.StoreException e) {
            assertThat(S3Error.of(e.code())).isEqualTo(S3Error.INVALID_RANGE);
            found = new ReadRange.Resolved(-1, -1);
        }
        assertThat(found).isEqualTo(new ReadRange.Resolved(first, length));
    }

    @Test
    void rangesAreShownInTheAnswer() {
        assertThat(RangeHeader.contentRange(new ReadRange.Resolved(90, 10), 100))
                .isEqualTo("bytes 90-99/100");
        assertThat(RangeHeader.outside("bytes=100-", 100).fields())
                .containsEntry("ActualObjectSize", "100");
        assertThat(RangeHeader.parse(Optional.empty())).isEqualTo(new ReadRange.All());
    }

    @Test
    void rangesOfCopiesAreStrict() {
        assertThat(RangeHeader.parseCopy(Optional.of("bytes=1-2")))
                .isEqualTo(new ReadRange.Span(1, 2));
        assertThat(RangeHeader.parseCopy(Optional.empty())).isEqualTo(new ReadRange.All());
        for (String bad :
                List.of("", "bytes=1-", "bytes=-1", "bytes=2-1", "1-2", "bytes=1-2,3-4")) {
            assertThat(refusal(() -> RangeHeader.parseCopy(Optional.of(bad))))
                    .isEqualTo(S3Error.INVALID_ARGUMENT);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/bucket/key, bucket, key, ",
        "bucket/key, bucket, key, ",
        "/bucket/a%20b+c%3Fd/é, bucket, a b+c?d/é, ",
        "bucket%2Fkey, bucket, key, ",
        "bucket/key?versionId=abc, bucket, key, abc",
        "bucket/key?versionId=null, bucket, key, null",
        "bucket/what?x, bucket, what?x, ",
    })
    void copySourcesAreRead(String header, String bucket, String key, String version) {
        assertThat(CopySource.of(request("/", "X-Amz-Copy-Source: " + wire(header))))
                .contains(new CopySource(bucket, key, Optional.ofNullable(version)));
    }

    @ParameterizedTest
    @CsvSource({
        "'', InvalidArgument",
        "/, InvalidArgument",
        "bucket, InvalidArgument",
        "bucket/, InvalidArgument",
        "/bucket/, InvalidArgument",
        "//key, InvalidArgument",
        "bucket/%, InvalidArgument",
        "bucket/%ff, InvalidArgument",
        "bucket/key?versionId=, InvalidArgument",
        "BUCKET/key, InvalidBucketName",
    })
    void badCopySourcesAreRefused(String header, String code) {
        assertThat(refusal(() -> CopySource.parse(header)).code()).isEqualTo(code);
    }

    /** 2020-01-01T00:00:00Z and a bit. */
    private static final long MODIFIED_MILLIS = 1_577_836_800_500L;

    private static final String BEFORE = "Tue, 31 Dec 2019 23:59:59 GMT";
    private static final String AT = "Wed, 01 Jan 2020 00:00:00 GMT";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x: y | PROCEED",
                "If-Match: \"e\" | PROCEED",
                "If-Match: e | PROCEED",
                "If-Match: * | PROCEED",
                "If-Match: \"a,b\", \"e\" | PROCEED",
                "If-Match: \"x\" | FAILED",
                "If-Match: W/\"e\" | FAILED",
                "If-Match: | FAILED",
                "If-None-Match: \"e\" | NOT_MODIFIED",
                "If-None-Match: W/\"e\" | NOT_MODIFIED",
                "If-None-Match: * | NOT_MODIFIED",
                "If-None-Match: \"x\" | PROCEED",
                "If-Modified-Since: AT | NOT_MODIFIED",
                "If-Modified-Since: BEFORE | PROCEED",
                "If-Modified-Since: yesterday | PROCEED",
                "If-Unmodified-Since: AT | PROCEED",
                "If-Unmodified-Since: BEFORE | FAILED",
                "If-Match: \"e\"~If-Unmodified-Since: BEFORE | PROCEED",
                "If-Match: \"x\"~If-Unmodified-Since: AT | FAILED",
                "If-None-Match: \"e\"~If-Modified-Since: BEFORE | NOT_MODIFIED",
                "If-None-Match: \"x\"~If-Modified-Since: AT | PROCEED",
                "If-Match: \"x\"~If-None-Match: \"e\" | FAILED",
                "If-Match: \"e\"~If-None-Match: \"e\" | NOT_MODIFIED",
            })
    void conditionsAreEvaluatedInTheirOrder(String lines, Preconditions.Outcome outcome) {
        String[] headers = lines.replace("AT", AT).replace("BEFORE", BEFORE).split("~", -1);
        assertThat(Preconditions.of(request("/", headers)).evaluate("e", MODIFIED_MILLIS))
                .isEqualTo(outcome);
        String[] copy = headers.clone();
        for (int i = 0; i < copy.length; i++) {
            copy[i] = "x-amz-copy-source-" + copy[i];
        }
        Preconditions source = Preconditions.ofCopySource(request("/", copy));
        assertThat(source.evaluate("e", MODIFIED_MILLIS)).isEqualTo(outcome);
        if (outcome != Preconditions.Outcome.PROCEED) {
            assertThat(refusal(() -> source.checkCopy("e", MODIFIED_MILLIS)))
                    .isEqualTo(S3Error.PRECONDITION_FAILED);
        }
    }

    @Test
    void writesHaveOneConditionOnWhatIsThere() {
        assertThat(Preconditions.ofWrite(request("/"))).isEqualTo(new Condition.Always());
        assertThat(Preconditions.ofWrite(request("/", "If-None-Match: *")))
                .isEqualTo(new Condition.Absent());
        assertThat(Preconditions.ofWrite(request("/", "If-Match: *")))
                .isEqualTo(new Condition.Present());
        assertThat(Preconditions.ofWrite(request("/", "If-Match: \"e\"")))
                .isEqualTo(new Condition.Matches("e"));
        for (String[] bad :
                new String[][] {
                    {"If-None-Match: \"e\""},
                    {"If-Match: \"e\", \"f\""},
                    {"If-Match: W/\"e\""},
                    {"If-Match: *", "If-None-Match: *"},
                }) {
            assertThat(refusal(() -> Preconditions.ofWrite(request("/", bad))))
                    .isEqualTo(S3Error.NOT_IMPLEMENTED);
        }
    }

    @Test
    void metadataIsBounded() {
        String most = "x".repeat(2048 - 1);
        assertThat(UserMetadata.of(request("/", "x-amz-meta-a:" + most))).containsEntry("a", most);
        assertThat(refusal(() -> UserMetadata.of(request("/", "x-amz-meta-a:" + most + "y"))))
                .isEqualTo(S3Error.METADATA_TOO_LARGE);
        assertThat(UserMetadata.ofForm(Map.of("x-amz-meta-a", "1", "key", "k")))
                .isEqualTo(Map.of("a", "1"));
    }

    @Test
    void tagsComeAsAQuery() {
        assertThat(TaggingHeader.parse("a=b&c+d=%2B&e").toMap())
                .isEqualTo(Map.of("a", "b", "c d", "+", "e", ""));
        assertThat(TaggingHeader.of(request("/")).tags()).isEmpty();
        assertThat(TaggingHeader.of(request("/", "X-Amz-Tagging: a=b")).tags()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "a=1&a=2, InvalidArgument",
        "a=%ff, InvalidArgument",
        "a=%, InvalidArgument",
        "=1, InvalidTag",
        "aws:a=1, InvalidTag",
        "a=%7B, InvalidTag",
        "a&b&c&d&e&f&g&h&i&j&k, BadRequest",
    })
    void badTagsAreRefused(String header, String code) {
        assertThat(refusal(() -> TaggingHeader.parse(header)).code()).isEqualTo(code);
    }

    @Test
    void listingsMayEncodeTheirKeys() {
        assertThat(KeyEncoding.of(request("/"))).isEqualTo(KeyEncoding.PLAIN);
        assertThat(KeyEncoding.of(request("/?encoding-type=url")).apply("a b/c+é"))
                .isEqualTo("a%20b/c%2B%C3%A9");
        assertThat(KeyEncoding.PLAIN.apply("a b")).isEqualTo("a b");
        assertThat(refusal(() -> KeyEncoding.of(request("/?encoding-type=xml"))))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void tokensComeBackAsTheyWent() {
        for (long seed = 0; seed < 200; seed++) {
            byte[] position = new byte[new Random(seed).nextInt(1100)];
            new Random(seed).nextBytes(position);
            PageToken token = new PageToken(PageToken.Kind.OBJECTS, Bytes.wrap(position));
            assertThat(PageToken.decode(token.encode(), PageToken.Kind.OBJECTS))
                    .as("seed " + seed)
                    .isEqualTo(token);
        }
        // A stored token stays good: clients keep them.
        assertThat(new PageToken(PageToken.Kind.OBJECTS, Bytes.utf8("key")).encode())
                .isEqualTo("AQEDa2V5");
        assertThat(PageToken.decode("AQIGcGhvdG9z", PageToken.Kind.BUCKETS).position())
                .isEqualTo(Bytes.utf8("photos"));
        assertThat(PageToken.decode("AQMBOQ", PageToken.Kind.PARTS).position())
                .isEqualTo(Bytes.utf8("9"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "====", "AQIDa2V5", "AgEDa2V5", "AQEDa2V5AA", "AQEEa2V5", "é"})
    void othersTokensAreRefused(String text) {
        assertThat(refusal(() -> PageToken.decode(text, PageToken.Kind.OBJECTS)))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void anyHeaderIsReadOrRefused() {
        String[] bits = {
            "bytes",
            "=",
            "-",
            "0",
            "9",
            ",",
            "/",
            "bucket",
            "key",
            "?versionId=",
            "%",
            "%2F",
            "\"",
            "W/",
            "*",
            " ",
            "a",
            "&",
            "é",
            "\0",
            "999999999999",
        };
        for (long seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                text.append(bits[random.nextInt(bits.length)]);
            }
            String header = text.toString();
            assertThat(RangeHeader.parse(Optional.of(header))).as("seed " + seed).isNotNull();
            assertThat(ETags.parse(header)).as("seed " + seed).isNotNull();
            assertThat(HttpDates.parse(header)).as("seed " + seed).isEmpty();
            for (ThrowingCallable call :
                    List.<ThrowingCallable>of(
                            () -> CopySource.parse(header),
                            () -> TaggingHeader.parse(header),
                            () -> RangeHeader.parseCopy(Optional.of(header)),
                            () -> S3Address.of(request("/" + header, "Host:" + header), DOMAINS),
                            () -> PageToken.decode(header, PageToken.Kind.PARTS))) {
                try {
                    call.call();
                } catch (S3Exception e) {
                    assertThat(e.error().httpStatus()).as("seed " + seed).isEqualTo(400);
                } catch (Throwable e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        }
    }

    @Test
    void whatALogShowsOfATargetCannotBeSentAgain() {
        assertThat(
                        S3Request.withoutSecrets(
                                "/b/k?X-Amz-Date=1&X-Amz-Signature=abc"
                                        + "&x-amz-security-token=t%2F&a"))
                .isEqualTo("/b/k?X-Amz-Date=1&X-Amz-Signature=-&x-amz-security-token=-&a");
        assertThat(S3Request.withoutSecrets("/b/X-Amz-Signature=k"))
                .isEqualTo("/b/X-Amz-Signature=-");
    }
}
