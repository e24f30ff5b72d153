package io.lethe.node.s3.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class StsQuestionTest {
    private static StsQuestion parse(String form) {
        return StsQuestion.parse(form.getBytes(StandardCharsets.UTF_8));
    }

    private static S3Error refused(ThrowingCallable call) {
        S3Exception failure = catchThrowableOfType(S3Exception.class, call);
        assertThat(failure).isNotNull();
        return failure.error();
    }

    @Test
    void parametersAreDecodedOnce() {
        StsQuestion question = parse("Action=A&Policy=%7B%22a%22%3A+1%7D&Empty=&=x");
        assertThat(question.needed("Action")).isEqualTo("A");
        assertThat(question.get("Policy")).isEqualTo("{\"a\": 1}");
        assertThat(question.get("Empty")).isEmpty();
        assertThat(question.get("None")).isEmpty();
        assertThat(refused(() -> question.needed("None"))).isEqualTo(S3Error.MISSING_PARAMETER);
    }

    @Test
    void whatIsNotKnownIsRefused() {
        StsQuestion question = parse("Action=A&Version=2011-06-15&Tags.member.1.Key=x");
        assertThat(refused(() -> question.checkOnly(Set.of("Policy"))))
                .isEqualTo(S3Error.INVALID_PARAMETER_VALUE);
        assertThat(refused(() -> parse("Action=A&Version=2010").checkOnly(Set.of())))
                .isEqualTo(S3Error.INVALID_ACTION);
        assertThat(refused(() -> parse("a=1&a=2"))).isEqualTo(S3Error.VALIDATION_ERROR);
        assertThat(refused(() -> parse("a=%zz"))).isEqualTo(S3Error.VALIDATION_ERROR);
    }

    @Test
    void lifeHasBounds() {
        assertThat(parse("").lifeSeconds(3_600, 900, 43_200)).isEqualTo(3_600);
        assertThat(parse("DurationSeconds=900").lifeSeconds(1, 900, 43_200)).isEqualTo(900);
        for (String wrong : new String[] {"899", "43201", "-900", "9e2", "99999999999"}) {
            assertThat(refused(() -> parse("DurationSeconds=" + wrong).lifeSeconds(1, 900, 43_200)))
                    .as(wrong)
                    .isEqualTo(S3Error.VALIDATION_ERROR);
        }
    }

    @Test
    void noiseIsRefusedOrRead() {
        for (int seed = 0; seed < 500; seed++) {
            byte[] noise = new byte[new Random(seed).nextInt(300)];
            new Random(seed).nextBytes(noise);
            try {
                assertThat(StsQuestion.parse(noise).parameters()).isNotNull();
            } catch (S3Exception e) {
                assertThat(e.error()).as("seed " + seed).isEqualTo(S3Error.VALIDATION_ERROR);
            }
        }
    }
}
