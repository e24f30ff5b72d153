package io.lethe.node.s3.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumTest {
    private static final byte[] CHECK = "123456789".getBytes(StandardCharsets.US_ASCII);

    private static ChecksumValue of(ChecksumAlgorithm algorithm, byte[] bytes) {
        RunningChecksum run = algorithm.start();
        run.update(bytes, 0, bytes.length);
        return ChecksumValue.of(algorithm, run);
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "CRC32, cbf43926",
        "CRC32C, e3069283",
        "CRC64NVME, ae8b14860a799888",
        "SHA1, f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "SHA256, 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    })
    void publishedCheckValuesHold(ChecksumAlgorithm algorithm, String hex) {
        ChecksumValue value = of(algorithm, CHECK);
        assertThat(value.value().hex()).isEqualTo(hex);
        assertThat(value.value().length()).isEqualTo(algorithm.lengthBytes());
        assertThat(ChecksumValue.parse(algorithm, value.text())).contains(value);
    }

    /** Vectors of the NVM Command Set specification: 4 KiB of zeros, of ones, and counting. */
    @Test
    void vectorsOfTheNvmeSpecificationHold() {
        byte[] zeros = new byte[4096];
        byte[] ones = new byte[4096];
        Arrays.fill(ones, (byte) 0xff);
        byte[] counting = new byte[4096];
        for (int i = 0; i < counting.length; i++) {
            counting[i] = (byte) i;
        }
        assertThat(of(ChecksumAlgorithm.CRC64NVME, zeros).value().hex())
                .isEqualTo("6482d367eb22b64e");
        assertThat(of(ChecksumAlgorithm.CRC64NVME, ones).value().hex())
                .isEqualTo("c0ddba7302eca3ac");
        assertThat(of(ChecksumAlgorithm.CRC64NVME, counting).value().hex())
                .isEqualTo("3e729f5f6750449c");
    }

    @ParameterizedTest
    @EnumSource
    void piecesInAnyBufferGiveTheSame(ChecksumAlgorithm algorithm) {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            byte[] bytes = random(seed, random.nextInt(300));
            RunningChecksum run = algorithm.start();
            for (int at = 0; at < bytes.length; ) {
                int count = 1 + random.nextInt(Math.min(40, bytes.length - at));
                switch (random.nextInt(3)) {
                    case 0 -> run.update(bytes, at, count);
                    case 1 -> {
                        ByteBuffer heap = ByteBuffer.wrap(bytes, at, count);
                        run.update(heap);
                        assertThat(heap.hasRemaining()).isFalse();
                    }
                    default -> {
                        ByteBuffer direct = ByteBuffer.allocateDirect(count);
                        direct.put(bytes, at, count).flip();
                        run.update(direct);
                        assertThat(direct.hasRemaining()).isFalse();
                    }
                }
                at += count;
            }
            assertThat(ChecksumValue.of(algorithm, run))
                    .as("seed " + seed)
                    .isEqualTo(of(algorithm, bytes));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CRC32", "CRC32C", "CRC64NVME"})
    void theWholesValueFollowsFromItsParts(ChecksumAlgorithm algorithm) {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            byte[] bytes = random(seed, random.nextInt(100_000));
            List<ChecksumValue.Part> parts = new ArrayList<>();
            for (int at = 0; at < bytes.length; ) {
                int count = 1 + random.nextInt(bytes.length - at);
                byte[] part = Arrays.copyOfRange(bytes, at, at + count);
                parts.add(new ChecksumValue.Part(of(algorithm, part), count));
                at += count;
            }
            assertThat(ChecksumValue.fullObject(algorithm, parts))
                    .as("seed " + seed)
                    .isEqualTo(of(algorithm, bytes));
        }
    }

    @Test
    void partsMayBeLongerThanMemory() {
        byte[] piece = new byte[1 << 20];
        for (ChecksumAlgorithm algorithm :
                List.of(ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC64NVME)) {
            // 2^33 zero bytes by doubling.
            ChecksumValue zeros = of(algorithm, piece);
            long length = piece.length;
            while (length < 1L << 33) {
                ChecksumValue.Part half = new ChecksumValue.Part(zeros, length);
                zeros = ChecksumValue.fullObject(algorithm, List.of(half, half));
                length *= 2;
            }
            ChecksumValue.Part tail = new ChecksumValue.Part(of(algorithm, CHECK), 9);
            ChecksumValue.Part head = new ChecksumValue.Part(zeros, length);
            ChecksumValue one = ChecksumValue.fullObject(algorithm, List.of(head, tail));
            assertThat(ChecksumValue.fullObject(algorithm, List.of(tail, head))).isNotEqualTo(one);
            ChecksumValue.Part firstHalf =
                    new ChecksumValue.Part(
                            ChecksumValue.fullObject(algorithm, List.of(tail, head)), length + 9);
            assertThat(ChecksumValue.fullObject(algorithm, List.of(firstHalf, tail)))
                    .isEqualTo(ChecksumValue.fullObject(algorithm, List.of(tail, head, tail)));
        }
    }

    @Test
    void hashesCannotBeCombined() {
        assertThatThrownBy(() -> ChecksumValue.fullObject(ChecksumAlgorithm.SHA256, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void compositeChecksumsAreOfTheChecksumsAndCountParts() {
        byte[] first = random(1, 100);
        byte[] second = random(2, 50);
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            ChecksumValue one = of(algorithm, first);
            ChecksumValue two = of(algorithm, second);
            ChecksumValue composite =
                    ChecksumValue.composite(
                            algorithm,
                            List.of(
                                    new ChecksumValue.Part(one, 100),
                                    new ChecksumValue.Part(two, 50)));
            Bytes both = one.value().plus(two.value());
            assertThat(composite.value()).isEqualTo(of(algorithm, both.toArray()).value());
            assertThat(composite.text()).endsWith("-2");
            assertThat(composite.type()).isEqualTo(ChecksumValue.Type.COMPOSITE);
            assertThat(ChecksumValue.parse(algorithm, composite.text())).contains(composite);
            assertThat(composite.same(composite)).isTrue();
            assertThat(composite.same(one)).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CRC32, ''",
        "CRC32, AAAA",
        "CRC32, AAAAAA=",
        "CRC32, AAAAAAAA",
        "CRC32, AAAA!A==",
        "CRC32, AAAAAA==-0",
        "CRC32, AAAAAA==-",
        "CRC32, AAAAAA==-123456",
        "CRC32, AAAAAA==-x",
        "CRC64NVME, AAAAAA==",
        "SHA1, AAAAAA==",
        "SHA256, AAAAAA==",
    })
    void othersTextIsNoChecksum(ChecksumAlgorithm algorithm, String text) {
        assertThat(ChecksumValue.parse(algorithm, text)).isEmpty();
    }

    private static S3Request request(String... lines) {
        List<S3Request.Header> headers = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            headers.add(new S3Request.Header(line.substring(0, colon), line.substring(colon + 1)));
        }
        return new S3Request("PUT", "/b/k", headers);
    }

    @Test
    void requestsDeclareNoneOneOrATrailer() {
        assertThat(DeclaredChecksum.of(request())).isEqualTo(new DeclaredChecksum.None());
        DeclaredChecksum header =
                DeclaredChecksum.of(
                        request(
                                "X-Amz-Checksum-CRC32: y/Q5Jg==",
                                "x-amz-sdk-checksum-algorithm: crc32"));
        assertThat(header.expected(Map.of())).contains(of(ChecksumAlgorithm.CRC32, CHECK));
        DeclaredChecksum trailer =
                DeclaredChecksum.of(
                        request(
                                "x-amz-trailer: x-amz-checksum-CRC32",
                                "x-amz-sdk-checksum-algorithm: CRC32"));
        assertThat(trailer.algorithm()).contains(ChecksumAlgorithm.CRC32);
        assertThat(trailer.expected(Map.of("x-amz-checksum-crc32", "y/Q5Jg==")))
                .contains(of(ChecksumAlgorithm.CRC32, CHECK));
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () -> trailer.expected(Map.of("x-amz-checksum-crc32", "x")))
                                .error())
                .isEqualTo(S3Error.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-checksum-crc32: x",
        "x-amz-checksum-crc32: AAAAAA==-2",
        "x-amz-checksum-crc32: AAAAAA==|x-amz-checksum-crc32c: AAAAAA==",
        "x-amz-checksum-crc32: AAAAAA==|x-amz-trailer: x-amz-checksum-crc32",
        "x-amz-checksum-crc32: AAAAAA==|x-amz-sdk-checksum-algorithm: SHA1",
        "x-amz-sdk-checksum-algorithm: CRC32",
        "x-amz-sdk-checksum-algorithm: MD4",
        "x-amz-trailer: x-other",
    })
    void contradictionsAreRefused(String lines) {
        S3Request request = request(lines.split("\\|", -1));
        assertThat(
                        catchThrowableOfType(S3Exception.class, () -> DeclaredChecksum.of(request))
                                .error())
                .isEqualTo(S3Error.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "CRC32, , COMPOSITE",
        "CRC32, FULL_OBJECT, FULL_OBJECT",
        "CRC64NVME, , FULL_OBJECT",
        "CRC64NVME, COMPOSITE, ",
        "SHA1, FULL_OBJECT, ",
        "SHA256, , COMPOSITE",
        "SHA256, x, ",
    })
    void typesFitTheirAlgorithms(ChecksumAlgorithm algorithm, String said, String type) {
        S3Request request = said == null ? request() : request("x-amz-checksum-type: " + said);
        Optional<String> found;
        try {
            found = Optional.of(DeclaredChecksum.type(request, algorithm).name());
        } catch (S3Exception e) {
            assertThat(e.error()).isEqualTo(S3Error.INVALID_REQUEST);
            found = Optional.empty();
        }
        assertThat(found).isEqualTo(Optional.ofNullable(type));
    }

    @Test
    void contentMd5IsSixteenBytes() {
        String md5 = "1B2M2Y8AsgTpgAmY7PhCfg==";
        Bytes parsed = ContentMd5.of(request("Content-MD5: " + md5)).orElseThrow();
        assertThat(parsed.hex()).isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
        ContentMd5.check(parsed, parsed.toArray());
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () -> ContentMd5.check(parsed, new byte[16]))
                                .error())
                .isEqualTo(S3Error.BAD_DIGEST);
        for (String bad : new String[] {"", "x", "AAAA", "not base64!!", md5 + "AAAA"}) {
            assertThat(catchThrowableOfType(S3Exception.class, () -> ContentMd5.parse(bad)).error())
                    .isEqualTo(S3Error.INVALID_DIGEST);
        }
    }
}
