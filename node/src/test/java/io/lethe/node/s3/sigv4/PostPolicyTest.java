package io.lethe.node.s3.sigv4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostPolicyTest {
    /** AWS's own example, with its line ends. */
    private static final String EXAMPLE =
            """
            { "expiration": "2015-12-30T12:00:00.000Z",
              "conditions": [
                {"bucket": "sigv4examplebucket"},
                ["starts-with", "$key", "user/user1/"],
                {"acl": "public-read"},
                {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com\
            /successful_upload.html"},
                ["starts-with", "$Content-Type", "image/"],
                {"x-amz-meta-uuid": "14365123651274"},
                {"x-amz-server-side-encryption": "AES256"},
                ["starts-with", "$x-amz-meta-tag", ""],

                {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
                {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
                {"x-amz-date": "20151229T000000Z" }
              ]
            }\
            """
                    .replace("\n", "\r\n");

    /** 2015-12-30T12:00:00Z. */
    private static final long END_MILLIS = 1_451_476_800_000L;

    private static final String BUCKET = "sigv4examplebucket";

    private static String base64(String json) {
        return Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> fields() {
        Map<String, String> fields = new HashMap<>();
        fields.put("key", "user/user1/MyPhoto.jpg");
        fields.put("acl", "public-read");
        fields.put(
                "success_action_redirect",
                "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html");
        fields.put("content-type", "image/jpeg");
        fields.put("x-amz-meta-uuid", "14365123651274");
        fields.put("x-amz-server-side-encryption", "AES256");
        fields.put("x-amz-meta-tag", "");
        fields.put("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request");
        fields.put("x-amz-algorithm", "AWS4-HMAC-SHA256");
        fields.put("x-amz-date", "20151229T000000Z");
        fields.put("policy", base64(EXAMPLE));
        fields.put(
                "x-amz-signature",
                "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
        return fields;
    }

    private static PostPolicy policy(String conditions) {
        return PostPolicy.parse(
                base64(
                        "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":["
                                + conditions
                                + "]}"));
    }

    private static S3Exception refusal(PostPolicy policy, Map<String, String> fields) {
        S3Exception refusal =
                catchThrowableOfType(
                        S3Exception.class, () -> policy.check(fields, BUCKET, END_MILLIS));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }

    @Test
    void theExampleVerifiesAndHolds() {
        Map<String, String> fields = fields();
        Authentication.Signed signed = (Authentication.Signed) SigV4.readForm(fields);
        SigV4.verifyForm(signed, base64(EXAMPLE), Examples.key(signed));
        PostPolicy policy = PostPolicy.parse(base64(EXAMPLE));
        assertThat(policy.endMillis()).isEqualTo(END_MILLIS);
        policy.check(fields, BUCKET, END_MILLIS);
    }

    @Test
    void anotherPolicyDoesNotVerify() {
        Authentication.Signed signed = (Authentication.Signed) SigV4.readForm(fields());
        S3Exception refusal =
                catchThrowableOfType(
                        S3Exception.class,
                        () -> SigV4.verifyForm(signed, base64("{}"), Examples.key(signed)));
        assertThat(refusal.error()).isEqualTo(S3Error.SIGNATURE_DOES_NOT_MATCH);
    }

    @ParameterizedTest
    @CsvSource({
        "key, user/user2/a, 'starts-with\", \"$key\", \"user/user1/'",
        "acl, private, 'eq\", \"$acl\", \"public-read'",
        "content-type, 'image/png,text/html', 'starts-with\", \"$content-type\", \"image/'",
        "x-amz-meta-new, 1, Extra input fields: x-amz-meta-new",
    })
    void fieldsThatAreNotAllowedAreRefused(String field, String value, String message) {
        Map<String, String> fields = fields();
        fields.put(field, value);
        S3Exception refusal = refusal(PostPolicy.parse(base64(EXAMPLE)), fields);
        assertThat(refusal.error()).isEqualTo(S3Error.ACCESS_DENIED);
        assertThat(refusal.message()).contains(message);
    }

    @Test
    void ignoredFieldsAndListsOfTypesAreAllowed() {
        Map<String, String> fields = fields();
        fields.put("x-ignore-me", "1");
        fields.put("content-type", "image/png, image/jpeg");
        PostPolicy.parse(base64(EXAMPLE)).check(fields, BUCKET, END_MILLIS);
    }

    @Test
    void missingFieldsOtherBucketsAndTheEndAreRefused() {
        Map<String, String> fields = fields();
        fields.remove("acl");
        PostPolicy policy = PostPolicy.parse(base64(EXAMPLE));
        assertThat(refusal(policy, fields).message()).contains("$acl");
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () -> policy.check(fields(), "other", END_MILLIS))
                                .message())
                .contains("$bucket");
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () -> policy.check(fields(), BUCKET, END_MILLIS + 1))
                                .message())
                .contains("Policy expired");
    }

    @Test
    void lengthsAreBounded() {
        PostPolicy policy = policy("[\"content-length-range\", 10, 20]");
        assertThat(policy.mostBytes()).isEqualTo(20);
        policy.checkLength(10);
        policy.checkLength(20);
        assertThat(catchThrowableOfType(S3Exception.class, () -> policy.checkLength(9)).error())
                .isEqualTo(S3Error.ENTITY_TOO_SMALL);
        assertThat(catchThrowableOfType(S3Exception.class, () -> policy.checkLength(21)).error())
                .isEqualTo(S3Error.ENTITY_TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}",
                "{\"expiration\":\"x\",\"conditions\":[]}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\"}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":{}}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[]} x",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[],\"a\":1}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[1]}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[{}]}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[{\"a\":[]}]}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[[\"eq\",\"a\",\"b\"]]}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[[\"ne\",\"$a\",\"b\"]]}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[[\"eq\",\"$a\"]]}",
                "{\"expiration\":\"2015-12-30T12:00:00Z\","
                        + "\"conditions\":[[\"content-length-range\",-1,5]]}",
            })
    void malformedPoliciesAreRefused(String json) {
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class, () -> PostPolicy.parse(base64(json)))
                                .error())
                .isEqualTo(S3Error.INVALID_POLICY_DOCUMENT);
    }

    @Test
    void anyTextIsReadOrRefused() {
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            StringBuilder json = new StringBuilder(EXAMPLE);
            for (int i = 1 + random.nextInt(4); i > 0 && !json.isEmpty(); i--) {
                int at = random.nextInt(json.length());
                switch (random.nextInt(3)) {
                    case 0 -> json.deleteCharAt(at);
                    case 1 -> json.insert(at, "[]{},:\"\\u$x\0".charAt(random.nextInt(11)));
                    default -> json.setLength(at + 1);
                }
            }
            try {
                assertThat(PostPolicy.parse(base64(json.toString())))
                        .as("seed " + seed)
                        .isNotNull();
            } catch (S3Exception e) {
                assertThat(e.error()).as("seed " + seed).isEqualTo(S3Error.INVALID_POLICY_DOCUMENT);
            }
        }
        String deep = "[".repeat(5000);
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class, () -> PostPolicy.parse(base64(deep)))
                                .error())
                .isEqualTo(S3Error.INVALID_POLICY_DOCUMENT);
    }
}
