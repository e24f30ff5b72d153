package io.lethe.node.s3.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.RandomSource;
import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.Protection;
import io.lethe.node.object.Attributes;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Headers that say how long an object is kept, and under which key. */
class KeepingHeadersTest {
    private static final String CUSTOMER = "x-amz-server-side-encryption-customer-";
    private static final String LOCK = "x-amz-object-lock-";
    private static final int SEEDS = 2_000;

    private static S3Request request(String... namesAndValues) {
        List<S3Request.Header> headers = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(new S3Request.Header(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new S3Request("PUT", "/bucket/key", headers);
    }

    private static S3Error refusal(Runnable attempt) {
        S3Exception failure = catchThrowableOfType(S3Exception.class, attempt::run);
        assertThat(failure).as("refused").isNotNull();
        return failure.error();
    }

    @Test
    void locksAreReadAsS3WritesThem() {
        assertThat(LockHeaders.asked(request())).isEqualTo(Protection.NONE);
        assertThat(
                        LockHeaders.asked(
                                request(
                                        LOCK + "mode",
                                        "COMPLIANCE",
                                        LOCK + "retain-until-date",
                                        "2030-01-02T03:04:05.678Z",
                                        LOCK + "legal-hold",
                                        "ON")))
                .isEqualTo(new Protection(Mode.COMPLIANCE, 1_893_553_445_678L, true));
        assertThat(
                        LockHeaders.asked(
                                request(
                                        LOCK + "mode",
                                        "GOVERNANCE",
                                        LOCK + "retain-until-date",
                                        "2030-01-02T03:04:05Z",
                                        LOCK + "legal-hold",
                                        "OFF")))
                .isEqualTo(new Protection(Mode.GOVERNANCE, 1_893_553_445_000L, false));
    }

    @Test
    void whatIsNoLockIsRefused() {
        String[][] requests = {
            {LOCK + "mode", "GOVERNANCE"},
            {LOCK + "retain-until-date", "2030-01-02T03:04:05Z"},
            {LOCK + "mode", "governance", LOCK + "retain-until-date", "2030-01-02T03:04:05Z"},
            {LOCK + "mode", "NONE", LOCK + "retain-until-date", "2030-01-02T03:04:05Z"},
            {LOCK + "mode", "GOVERNANCE", LOCK + "retain-until-date", "tomorrow"},
            {LOCK + "mode", "GOVERNANCE", LOCK + "retain-until-date", "1960-01-01T00:00:00Z"},
            {LOCK + "mode", "GOVERNANCE", LOCK + "retain-until-date", "+10000-01-01T00:00:00Z"},
            {LOCK + "legal-hold", "on"},
            {LOCK + "legal-hold", ""},
        };
        for (String[] headers : requests) {
            assertThat(refusal(() -> LockHeaders.asked(request(headers))))
                    .as(Arrays.toString(headers))
                    .isEqualTo(S3Error.INVALID_ARGUMENT);
        }
    }

    private static String[] key(String algorithm, byte[] key) throws Exception {
        Base64.Encoder base64 = Base64.getEncoder();
        return new String[] {
            CUSTOMER + "algorithm",
            algorithm,
            CUSTOMER + "key",
            base64.encodeToString(key),
            CUSTOMER + "key-MD5",
            base64.encodeToString(MessageDigest.getInstance("MD5").digest(key))
        };
    }

    @Test
    void checksumsOfWhatIsUnderAKeyAreForWhoBringsIt() throws Exception {
        byte[] own = bytes(KeyBytes.BYTES);
        Attributes plain = Attributes.none();
        Attributes under =
                new Attributes(
                        "",
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        CustomerKeys.verifier(KeyBytes.copyOf(own), RandomSource.seeded(1)),
                        "");
        S3Request brings = request(key("AES256", own));
        assertThat(EncryptionHeaders.maySeeChecksums(request(), plain)).isTrue();
        assertThat(EncryptionHeaders.maySeeChecksums(request(), under)).isFalse();
        assertThat(EncryptionHeaders.maySeeChecksums(brings, under)).isTrue();
        S3Request other = request(key("AES256", new byte[KeyBytes.BYTES]));
        assertThat(refusal(() -> maySee(other, under))).isEqualTo(S3Error.ACCESS_DENIED);
    }

    private static void maySee(S3Request asked, Attributes attributes) {
        assertThat(EncryptionHeaders.maySeeChecksums(asked, attributes)).isFalse();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aCustomersKeyIsReadOnlyWhole() throws Exception {
        String[] good = key("AES256", bytes(32));
        assertThat(EncryptionHeaders.customerKey(request(good)))
                .isEqualTo(KeyBytes.copyOf(bytes(32)));
        assertThat(EncryptionHeaders.customerKey(request())).isNull();
        for (int absent = 0; absent < 6; absent += 2) {
            List<String> some = new ArrayList<>(List.of(good));
            some.subList(absent, absent + 2).clear();
            String[] headers = some.toArray(new String[0]);
            assertThat(refusal(() -> EncryptionHeaders.customerKey(request(headers))))
                    .as(some.toString())
                    .isEqualTo(S3Error.INVALID_ARGUMENT);
        }
        for (int length : new int[] {0, 16, 31, 33, 64}) {
            String[] headers = key("AES256", bytes(length));
            assertThat(refusal(() -> EncryptionHeaders.customerKey(request(headers))))
                    .as("%s bytes", length)
                    .isEqualTo(S3Error.INVALID_ARGUMENT);
        }
        String[] other = key("AES128", bytes(32));
        assertThat(refusal(() -> EncryptionHeaders.customerKey(request(other))))
                .isEqualTo(S3Error.INVALID_ENCRYPTION_ALGORITHM_ERROR);
        String[] wrong = good.clone();
        wrong[5] = key("AES256", bytes(31))[5];
        assertThat(refusal(() -> EncryptionHeaders.customerKey(request(wrong))))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    @Test
    void aRefusedKeyIsNotTold() throws Exception {
        String[] headers = key("AES256", bytes(31));
        S3Exception failure =
                catchThrowableOfType(
                        S3Exception.class, () -> EncryptionHeaders.customerKey(request(headers)));
        assertThat(failure.message() + failure.fields()).doesNotContain(headers[3]);
    }

    @Test
    void anyHeadersAreReadOrRefused() throws Exception {
        String[] good = key("AES256", bytes(32));
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            String[] headers = good.clone();
            int at = 1 + 2 * random.nextInt(3);
            StringBuilder value = new StringBuilder(headers[at]);
            for (int i = random.nextInt(4); i >= 0; i--) {
                value.setCharAt(random.nextInt(value.length()), (char) (' ' + random.nextInt(95)));
            }
            headers[at] = value.toString();
            try {
                var _ = EncryptionHeaders.customerKey(request(headers));
            } catch (S3Exception expected) {
                assertThat(expected.error().httpStatus()).as("seed %s", seed).isEqualTo(400);
            }
        }
    }

    @Test
    void onlyWhatIsKeptIsPromised() {
        String header = "x-amz-server-side-encryption";
        EncryptionHeaders.check(request());
        EncryptionHeaders.check(request(header, "AES256"));
        assertThat(refusal(() -> EncryptionHeaders.check(request(header, "aws:kms"))))
                .isEqualTo(S3Error.NOT_IMPLEMENTED);
        assertThat(refusal(() -> EncryptionHeaders.check(request(header, "aes256"))))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
        assertThat(
                        refusal(
                                () ->
                                        EncryptionHeaders.check(
                                                request(
                                                        header,
                                                        "AES256",
                                                        CUSTOMER + "algorithm",
                                                        "AES256"))))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }
}
