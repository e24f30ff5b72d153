package io.lethe.node.s3.sigv4;

import static io.lethe.node.s3.sigv4.Examples.HOST;
import static io.lethe.node.s3.sigv4.Examples.SCOPE;
import static io.lethe.node.s3.sigv4.Examples.authorization;
import static io.lethe.node.s3.sigv4.Examples.request;
import static io.lethe.node.s3.sigv4.Examples.signed;
import static io.lethe.node.s3.sigv4.Examples.verify;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SigV4Test {
    private static final String EMPTY = "x-amz-content-sha256: " + Hashes.EMPTY_SHA256;
    private static final String DATE = "x-amz-date: 20130524T000000Z";
    private static final String GET_SIGNATURE =
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    private static final String PUT_SIGNATURE =
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
    private static final String PUT_SHA256 =
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    private static final String PRESIGNED =
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                    + SCOPE.replace("/", "%2F")
                    + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host";
    private static final String PRESIGNED_SIGNATURE =
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

    private static S3Exception refusal(ThrowingCallable call) {
        S3Exception refusal = catchThrowableOfType(S3Exception.class, call);
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }

    private static S3Request get(String target, String signature) {
        return request(
                "GET",
                target,
                "Host: " + HOST,
                EMPTY,
                DATE,
                authorization("host;x-amz-content-sha256;x-amz-date", signature));
    }

    @Test
    void theExampleOfGettingAnObjectVerifies() {
        verify(
                request(
                        "GET",
                        "/test.txt",
                        "Host: " + HOST,
                        "Range: bytes=0-9",
                        EMPTY,
                        DATE,
                        authorization(
                                "host;range;x-amz-content-sha256;x-amz-date", GET_SIGNATURE)));
    }

    @Test
    void theExampleOfPuttingAnObjectVerifies() {
        S3Request put =
                request(
                        "PUT",
                        "/test$file.text",
                        "Host: " + HOST,
                        "Date: Fri, 24 May 2013 00:00:00 GMT",
                        DATE,
                        "x-amz-storage-class: REDUCED_REDUNDANCY",
                        "x-amz-content-sha256:"
                            + " 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                        authorization(
                                "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                                PUT_SIGNATURE));
        verify(put);
        assertThat(signed(put).payload()).isEqualTo(new Payload.Digest(PUT_SHA256));
    }

    @ParameterizedTest
    @CsvSource({
        "/?lifecycle, fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "/?max-keys=2&prefix=J, 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "/?prefix=J&max-keys=2, 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    })
    void theExamplesOfQueriesVerify(String target, String signature) {
        verify(get(target, signature));
    }

    @Test
    void theExampleOfAPresignedGetVerifiesForItsDay() {
        S3Request get =
                request("GET", "/test.txt?" + PRESIGNED + PRESIGNED_SIGNATURE, "Host: " + HOST);
        verify(get);
        Authentication.Signed signed = signed(get);
        assertThat(signed.payload()).isEqualTo(new Payload.Unsigned());
        signed.checkTime(Examples.TIME_MILLIS);
        signed.checkTime(Examples.TIME_MILLIS + 86_400_000);
        S3Exception late =
                refusal(() -> signed.checkTime(Examples.TIME_MILLIS + 86_400_000 + 1000));
        assertThat(late.error()).isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(late.message()).isEqualTo("Request has expired");
        assertThat(late.fields()).containsEntry("Expires", "2013-05-25T00:00:00Z");
        signed.checkTime(Examples.TIME_MILLIS - Authentication.Signed.MOST_SKEW_MILLIS);
        assertThat(
                        refusal(
                                        () ->
                                                signed.checkTime(
                                                        Examples.TIME_MILLIS
                                                                - Authentication.Signed
                                                                        .MOST_SKEW_MILLIS
                                                                - 1))
                                .message())
                .isEqualTo("Request is not yet valid");
    }

    @Test
    void aClockMayBeOffByAQuarterOfAnHour() {
        Authentication.Signed signed = signed(get("/", "00"));
        signed.checkTime(Examples.TIME_MILLIS + 900_000);
        signed.checkTime(Examples.TIME_MILLIS - 900_000);
        for (long off : new long[] {900_001, -900_001}) {
            assertThat(refusal(() -> signed.checkTime(Examples.TIME_MILLIS + off)).error())
                    .isEqualTo(S3Error.REQUEST_TIME_TOO_SKEWED);
        }
    }

    @Test
    void scopesAreOfThisRegionAndOfServicesThatAreServed() {
        Authentication.Signed signed = signed(get("/", "00"));
        signed.checkScope("us-east-1", Set.of("s3"));
        S3Exception region = refusal(() -> signed.checkScope("eu-west-1", Set.of("s3")));
        assertThat(region.error()).isEqualTo(S3Error.AUTHORIZATION_HEADER_MALFORMED);
        assertThat(region.message())
                .isEqualTo(
                        "The authorization header is malformed; the region 'us-east-1' is wrong;"
                                + " expecting 'eu-west-1'");
        assertThat(region.fields()).containsEntry("Region", "eu-west-1");
        assertThat(refusal(() -> signed.checkScope("us-east-1", Set.of("sts"))).message())
                .contains("incorrect service \"s3\"");
    }

    @Test
    void everyPartOfARequestCountsForItsSignature() {
        String good = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
        for (String target :
                new String[] {
                    "/?max-keys=2&prefix=K", "/?max-keys=2&prefix=J&x", "//?max-keys=2&prefix=J"
                }) {
            S3Exception refusal = refusal(() -> verify(get(target, good)));
            assertThat(refusal.error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
            assertThat(refusal.fields())
                    .containsEntry("SignatureProvided", good)
                    .containsEntry("AWSAccessKeyId", Examples.KEY_ID)
                    .containsKeys("StringToSign", "CanonicalRequest");
        }
        for (String signature : new String[] {"0", good.toUpperCase(Locale.ROOT), good + "0"}) {
            assertThat(refusal(() -> verify(get("/?max-keys=2&prefix=J", signature))).error())
                    .isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
        }
    }

    @Test
    void hostAndAmzHeadersMustBeSigned() {
        S3Request noHost =
                request(
                        "GET",
                        "/",
                        "Host: h",
                        EMPTY,
                        DATE,
                        authorization("x-amz-content-sha256;x-amz-date", "00"));
        assertThat(refusal(() -> verify(noHost)).fields())
                .containsEntry("HeadersNotSigned", "host");
        S3Request added =
                request(
                        "GET",
                        "/test.txt?" + PRESIGNED + PRESIGNED_SIGNATURE,
                        "Host: " + HOST,
                        "x-amz-acl: public-read",
                        "X-Amz-Meta-A: 1");
        S3Exception refusal = refusal(() -> verify(added));
        assertThat(refusal.error()).isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(refusal.fields()).containsEntry("HeadersNotSigned", "x-amz-acl, x-amz-meta-a");
    }

    @Test
    void canonicalRequestsFollowTheRulesOfS3() {
        S3Request request =
                request(
                        "PUT",
                        "/a/../b//c+d%2Fe%20f%7E%c3%a9!?z=1&a=%20+&b&a=%2B&B=",
                        "Host: h",
                        "X-Amz-Meta-A:   x   y\t z  ",
                        "x-amz-meta-a: 2",
                        EMPTY,
                        DATE,
                        authorization("host;x-amz-content-sha256;x-amz-date;x-amz-meta-a", "00"));
        assertThat(CanonicalRequest.of(signed(request), request, "HASH"))
                .isEqualTo(
                        String.join(
                                "\n",
                                "PUT",
                                "/a/../b//c%2Bd/e%20f~%C3%A9%21",
                                "B=&a=%20%20&a=%2B&b=&z=1",
                                "host:h",
                                "x-amz-content-sha256:" + Hashes.EMPTY_SHA256,
                                "x-amz-date:20130524T000000Z",
                                "x-amz-meta-a:x y z,2",
                                "",
                                "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a",
                                "HASH"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AWS AKID:frJIUN8DYpKDtOLCwo//yllqDzg= | InvalidRequest",
                "AWS4-ECDSA-P256-SHA256 Credential=x | InvalidRequest",
                "Basic dXNlcjpwYXNz | InvalidArgument",
                "AWS4-HMAC-SHA256 | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request |"
                        + " AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=a/2013052/r/s3/aws4_request, SignedHeaders=host,"
                        + " Signature=0 | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=a/20130525/r/s3/aws4_request, SignedHeaders=host,"
                        + " Signature=0 | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=/20130524/r/s3/aws4_request, SignedHeaders=host,"
                        + " Signature=0 | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request, SignedHeaders=host;;x,"
                        + " Signature=0 | AuthorizationHeaderMalformed",
                "AWS4-HMAC-SHA256 Credential=a/20130524/r/s3/aws4_request, SignedHeaders=host,"
                        + " Signature= | AuthorizationHeaderMalformed",
            })
    void malformedHeadersAreRefusedByTheirCode(String header, String code) {
        S3Request request = request("GET", "/", "Authorization: " + header, DATE, EMPTY);
        assertThat(refusal(() -> SigV4.read(request)).error().code()).isEqualTo(code);
    }

    @Test
    void keyIdsMayHoldSlashes() {
        assertThat(CredentialScope.parse("a/b/20130524/r/s3/aws4_request"))
                .contains(new CredentialScope("a/b", "20130524", "r", "s3"));
    }

    @ParameterizedTest
    @CsvSource({
        "X-Amz-Expires=86400, X-Amz-Expires=604801",
        "X-Amz-Expires=86400, X-Amz-Expires=0",
        "X-Amz-Expires=86400, X-Amz-Expires=-1",
        "X-Amz-Expires=86400, X-Amz-Expires=1e3",
        "X-Amz-Expires=86400, X-Amz-Expires=99999999999999999999",
        "X-Amz-Expires=86400, X-Amz-Expires=86400&X-Amz-Expires=1",
        "X-Amz-Expires=86400, X-Amz-Expires=",
        "HMAC-SHA256, HMAC-SHA1",
        "T000000Z, T000000",
        "T000000Z, T240000Z",
        "20130524T, 20130525T",
        "us-east-1%2Fs3, us-east-1",
    })
    void malformedPresignedQueriesAreRefused(String part, String by) {
        S3Request request =
                request("GET", "/?" + (PRESIGNED + PRESIGNED_SIGNATURE).replace(part, by));
        assertThat(refusal(() -> SigV4.read(request)).error())
                .isEqualTo(S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR);
    }

    @Test
    void aWeekIsTheLongestLife() {
        S3Request request =
                request("GET", "/?" + (PRESIGNED + PRESIGNED_SIGNATURE).replace("86400", "604800"));
        assertThat(signed(request).lifeSeconds()).isEqualTo(604_800);
    }

    @Test
    void oneRequestIsSignedOnce() {
        S3Request both =
                request("GET", "/?" + PRESIGNED + PRESIGNED_SIGNATURE, authorization("host", "0"));
        S3Request twice =
                request("GET", "/", authorization("host", "0"), authorization("host", "1"));
        assertThat(refusal(() -> SigV4.read(both)).error()).isEqualTo(S3Error.INVALID_ARGUMENT);
        assertThat(refusal(() -> SigV4.read(twice)).error()).isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void signatureVersionTwoIsRefusedInQueriesToo() {
        S3Request request = request("GET", "/k?AWSAccessKeyId=a&Signature=b&Expires=1");
        assertThat(refusal(() -> SigV4.read(request)).error()).isEqualTo(S3Error.INVALID_REQUEST);
    }

    @Test
    void whoSaysNothingIsAnonymous() {
        assertThat(SigV4.read(request("GET", "/?list-type=2", "Host: h")))
                .isEqualTo(new Authentication.Anonymous());
    }

    @Test
    void theHashOfTheBodyMustBeSaidExceptToSts() {
        S3Request s3 = request("GET", "/", DATE, authorization("host", "0"));
        assertThat(refusal(() -> SigV4.read(s3)).error()).isEqualTo(S3Error.INVALID_REQUEST);
        S3Request sts =
                request("POST", "/", DATE, authorization("host", "0").replace("/s3/", "/sts/"));
        assertThat(signed(sts).payload()).isEqualTo(new Payload.OfBody());
        S3Request bad =
                request("GET", "/", DATE, "x-amz-content-sha256: x", authorization("host", "0"));
        assertThat(refusal(() -> SigV4.read(bad)).error()).isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void aDateMustBeSaid() {
        S3Request none = request("GET", "/", EMPTY, authorization("host", "0"));
        S3Request bad = request("GET", "/", EMPTY, "x-amz-date: x", authorization("host", "0"));
        S3Request http =
                request(
                        "GET",
                        "/",
                        EMPTY,
                        "Date: Fri, 24 May 2013 00:00:01 GMT",
                        authorization("host", "0"));
        assertThat(refusal(() -> SigV4.read(none)).error()).isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(refusal(() -> SigV4.read(bad)).error()).isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(signed(http).timestamp()).isEqualTo("20130524T000001Z");
    }

    @Test
    void sessionTokensAreRead() {
        S3Request header =
                request(
                        "GET",
                        "/",
                        EMPTY,
                        DATE,
                        "x-amz-security-token: T",
                        authorization("a", "0"));
        S3Request query =
                request("GET", "/?" + PRESIGNED + PRESIGNED_SIGNATURE + "&X-Amz-Security-Token=U");
        assertThat(signed(header).sessionToken()).contains("T");
        assertThat(signed(query).sessionToken()).contains("U");
    }

    @Test
    void keysAreKeptUntilTheirSecretChanges() {
        SigningKeys keys = new SigningKeys(2);
        CredentialScope scope = new CredentialScope("a", "20130524", "r", "s3");
        SigningKey key = keys.of("secret", scope);
        assertThat(keys.of("secret", scope)).isSameAs(key);
        assertThat(keys.of("other", scope)).isNotEqualTo(key);
        keys.of("x", new CredentialScope("b", "20130524", "r", "s3"));
        keys.of("x", new CredentialScope("c", "20130524", "r", "s3"));
        assertThat(keys.size()).isEqualTo(2);
        keys.forget("c");
        assertThat(keys.size()).isEqualTo(1);
        assertThat(key.toString()).doesNotContain(key.key().hex());
    }

    @Test
    void formsAreReadByTheirFields() {
        assertThat(SigV4.readForm(Map.of("key", "a"))).isEqualTo(new Authentication.Anonymous());
        assertThat(refusal(() -> SigV4.readForm(Map.of("x-amz-signature", "a"))).error())
                .isEqualTo(S3Error.INVALID_ARGUMENT);
        assertThat(refusal(() -> SigV4.readForm(Map.of("policy", "a", "signature", "b"))).error())
                .isEqualTo(S3Error.INVALID_REQUEST);
    }

    @Test
    void anyTextIsReadOrRefused() {
        String[] bits = {
            "AWS4-HMAC-SHA256",
            " ",
            ",",
            "=",
            "Credential",
            "SignedHeaders",
            "Signature",
            "/",
            ";",
            "20130524",
            "aws4_request",
            "s3",
            "host",
            "X-Amz-Date",
            "X-Amz-Algorithm",
            "&",
            "%",
            "%2",
            "%41",
            "é",
            "\u0000",
            "AWS",
            "X-Amz-Expires",
            "604800",
            "T000000Z",
        };
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            StringBuilder header = new StringBuilder();
            StringBuilder query = new StringBuilder("/?");
            for (int i = random.nextInt(20); i > 0; i--) {
                header.append(bits[random.nextInt(bits.length)]);
                query.append(bits[random.nextInt(bits.length)]);
            }
            String target = random.nextBoolean() ? "/" : query.toString();
            try {
                S3Request request = request("GET", target, "Authorization:" + header, DATE, EMPTY);
                assertThat(SigV4.read(request)).as("seed " + seed).isNotNull();
            } catch (S3Exception e) {
                assertThat(e.error().httpStatus()).as("seed " + seed).isBetween(400, 403);
            }
        }
    }
}
