package io.lethe.node.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits of the parser, and that no text makes it do anything but accept or refuse. */
class PolicyParserTest {
    private static final long SEED = 20_261_122;

    private static final String SAMPLE =
            """
            {"Version": "2012-10-17", "Id": "x", "Statement": [{"Sid": "a", "Effect": "Allow",
             "Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/A"]},
             "Action": ["s3:GetObject", "s3:*Tagging"],
             "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:PrincipalTag/t, 'd'}/?"],
             "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*", "b"]},
              "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]},
              "DateLessThan": {"aws:CurrentTime": "2026-11-22T00:00:00Z"},
              "NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": true},
              "ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}}]}
            """;

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String ofLength(PolicyKind kind, int bytes) {
        String principal = kind.namesPrincipals() ? "\"Principal\":\"*\"," : "";
        String resource = kind == PolicyKind.TRUST ? "" : ",\"Resource\":\"*\"";
        String action = kind == PolicyKind.TRUST ? "sts:AssumeRole" : "s3:GetObject";
        String text =
                "{\"Statement\":{\"Effect\":\"Allow\","
                        + principal
                        + "\"Action\":\""
                        + action
                        + "\""
                        + resource
                        + "}}";
        return text + " ".repeat(bytes - text.length());
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyMayBeAsLongAsItsKindAllowsAndNoLonger(PolicyKind kind) throws Exception {
        int most = kind.mostBytes();
        assertThat(PolicyTable.parse(kind, ofLength(kind, most), "b").kind()).isEqualTo(kind);
        assertThatThrownBy(() -> PolicyTable.parse(kind, ofLength(kind, most + 1), "b"))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("may have at most " + most);
    }

    @Test
    void aTextThatIsNotUtf8IsRefused() {
        byte[] text = utf8(SAMPLE);
        text[SAMPLE.indexOf("\"x\"") + 1] = (byte) 0xff;
        assertThatThrownBy(() -> PolicyParser.bucket(text, "b"))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void aPatternThatNoNameCouldFillIsRefused() {
        String json =
                SAMPLE.replace("arn:aws:s3:::b/*\"", "arn:aws:s3:::b/*" + "x".repeat(1_200) + "\"");
        assertThatThrownBy(() -> PolicyParser.bucket(utf8(json), "b"))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("more than 1200 characters")
                .satisfies(wrong -> assertThat(wrong.toString()).hasSizeLessThan(400));
    }

    @Test
    void aPolicyKnowsTheKeysThatItUses() throws Exception {
        Policy policy = PolicyParser.bucket(utf8(SAMPLE), "b");
        assertThat(policy.id()).isEqualTo("x");
        assertThat(List.of("aws:TagKeys", "aws:principaltag/", "s3:max-keys", "aws:SourceArn"))
                .allMatch(policy::uses);
        assertThat(policy.uses("s3:ExistingObjectTag/")).isFalse();
    }

    @Test
    void noTextDoesAnythingButBeAcceptedOrRefused() throws Exception {
        assertThat(PolicyParser.bucket(utf8(SAMPLE), "b").isPublic()).isFalse();
        Random random = new Random(SEED);
        int accepted = 0;
        for (int round = 0; round < 10_000; round++) {
            byte[] text = mutated(random, utf8(SAMPLE));
            try {
                Policy policy = PolicyParser.bucket(text, "b");
                evaluate(policy);
                accepted++;
            } catch (MalformedPolicyException refused) {
                assertThat(refused.getMessage()).isNotBlank();
                assertThat(refused.toString())
                        .as("seed %d, round %d", SEED, round)
                        .hasSizeLessThan(2_000);
            } catch (RuntimeException | Error wrong) {
                throw new AssertionError(
                        "seed "
                                + SEED
                                + ", round "
                                + round
                                + ": "
                                + new String(text, StandardCharsets.UTF_8),
                        wrong);
            }
        }
        assertThat(accepted).isGreaterThan(100);
    }

    private static void evaluate(Policy policy) {
        Caller caller = new Caller.User("111122223333", "", "/", "A", "AIDAA");
        RequestContext context =
                RequestContext.builder()
                        .caller(caller)
                        .put("aws:TagKeys", List.of("abc", "b"))
                        .put("aws:SourceIp", "10.1.1.1")
                        .put("aws:CurrentTime", "2026-01-01T00:00:00Z")
                        .put("s3:max-keys", "5")
                        .put("aws:SecureTransport", "true")
                        .put("aws:SourceArn", "arn:aws:s3:::x")
                        .build();
        var _ =
                Access.decide(
                        new AccessRequest(
                                caller,
                                "s3:GetObject",
                                "arn:aws:s3:::b/k",
                                "111122223333",
                                context),
                        new PolicySet(List.of(), List.of(policy), List.of(), false));
    }

    /** A few bytes changed, removed, doubled or taken from elsewhere in the text. */
    private static byte[] mutated(Random random, byte[] text) {
        byte[] result = text;
        for (int i = random.nextInt(3) + 1; i > 0; i--) {
            int from = random.nextInt(result.length);
            int to = Math.min(result.length, from + random.nextInt(12));
            int at = random.nextInt(result.length);
            result =
                    switch (random.nextInt(4)) {
                        case 0 -> {
                            byte[] changed = result.clone();
                            changed[at] = (byte) random.nextInt(random.nextBoolean() ? 128 : 256);
                            yield changed;
                        }
                        case 1 -> spliced(result, from, to, new byte[0]);
                        case 2 -> spliced(result, at, at, slice(result, from, to));
                        default ->
                                spliced(
                                        result,
                                        from,
                                        to,
                                        slice(text, at % text.length, text.length));
                    };
            if (result.length == 0 || result.length > 4 * text.length) {
                return text;
            }
        }
        return result;
    }

    private static byte[] slice(byte[] text, int from, int to) {
        return Arrays.copyOfRange(text, from, Math.min(to, from + 40));
    }

    private static byte[] spliced(byte[] text, int from, int to, byte[] middle) {
        byte[] result = new byte[text.length - (to - from) + middle.length];
        System.arraycopy(text, 0, result, 0, from);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(text, to, result, from + middle.length, text.length - to);
        return result;
    }
}
