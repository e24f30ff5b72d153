package io.lethe.node.s3.sigv4;

import static io.lethe.node.s3.sigv4.Examples.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkedDecoderTest {
    private static final String TRAILER = "x-amz-checksum-crc32c";
    private static final Payload SIGNED = new Payload.SignedChunks(false);
    private static final Payload SIGNED_TRAILER = new Payload.SignedChunks(true);
    private static final Payload UNSIGNED = new Payload.UnsignedChunks();
    private static final String SIGNED_HEADERS =
            "content-encoding;%shost;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
                    + "x-amz-storage-class";

    private static S3Request example(Payload payload, String signedHeaders, String signature) {
        boolean length = signedHeaders.contains("content-length;host");
        return request(
                "PUT",
                "/examplebucket/chunkObject.txt",
                "Host: s3.amazonaws.com",
                "x-amz-date: 20130524T000000Z",
                "x-amz-storage-class: REDUCED_REDUNDANCY",
                Examples.authorization(signedHeaders, signature),
                "x-amz-content-sha256: " + payload.canonical(),
                "Content-Encoding: aws-chunked",
                "x-amz-decoded-content-length: 66560",
                length ? "Content-Length: 66824" : "x-amz-trailer: " + TRAILER);
    }

    private static final S3Request PLAIN =
            example(
                    SIGNED,
                    SIGNED_HEADERS.formatted("content-length;"),
                    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");

    private static final S3Request TRAILED =
            example(
                    SIGNED_TRAILER,
                    SIGNED_HEADERS.formatted("") + ";x-amz-trailer",
                    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] plainBody() {
        return bytes(
                "10000;chunk-signature="
                        + "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
                        + "a".repeat(65536)
                        + "\r\n400;chunk-signature="
                        + "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
                        + "a".repeat(1024)
                        + "\r\n0;chunk-signature="
                        + "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n"
                        + "\r\n");
    }

    private static String trailedBody(String end) {
        return "10000;chunk-signature="
                + "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
                + "a".repeat(65536)
                + "\r\n400;chunk-signature="
                + "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
                + "a".repeat(1024)
                + "\r\n0;chunk-signature="
                + "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                + end;
    }

    private static final String TRAILER_SIGNATURE =
            "x-amz-trailer-signature:"
                    + "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n";

    private static byte[] decode(ChunkedDecoder decoder, byte[] body, int... cuts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : body.length;
            ByteBuffer in = ByteBuffer.wrap(body, from, to - from);
            Optional<ByteBuffer> range = decoder.next(in);
            while (range.isPresent()) {
                byte[] piece = new byte[range.get().remaining()];
                range.get().get(piece);
                out.writeBytes(piece);
                range = decoder.next(in);
            }
            assertThat(in.hasRemaining()).isFalse();
            from = to;
        }
        decoder.end();
        return out.toByteArray();
    }

    private static ChunkedDecoder decoder(S3Request request) {
        return ChunkedDecoder.of(
                request, Examples.signed(request).payload(), Examples.verify(request));
    }

    private static ChunkedDecoder unsigned(long decodedBytes, String... trailers) {
        return new ChunkedDecoder(UNSIGNED, null, decodedBytes, Set.of(trailers));
    }

    private static S3Exception refusal(ChunkedDecoder decoder, String body) {
        S3Exception refusal =
                catchThrowableOfType(S3Exception.class, () -> decode(decoder, bytes(body)));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }

    @Test
    void theExampleOfSignedChunksDecodes() {
        byte[] body = plainBody();
        assertThat(body).hasSize(66824);
        assertThat(decode(decoder(PLAIN), body)).isEqualTo(bytes("a".repeat(66560)));
    }

    @Test
    void theExampleOfSignedTrailersDecodesInEverySpelling() {
        for (String end :
                new String[] {
                    TRAILER + ":sOO8/Q==\r\n" + TRAILER_SIGNATURE + "\r\n",
                    TRAILER + ":sOO8/Q==\r\n" + TRAILER_SIGNATURE,
                    TRAILER + ":sOO8/Q==\n\r\n" + TRAILER_SIGNATURE + "\r\n",
                    "\r\n" + TRAILER + ":sOO8/Q==\r\n" + TRAILER_SIGNATURE + "\r\n",
                    "X-Amz-Checksum-CRC32C: sOO8/Q==\r\n" + TRAILER_SIGNATURE + "\r\n",
                }) {
            ChunkedDecoder decoder = decoder(TRAILED);
            assertThat(decode(decoder, bytes(trailedBody(end)))).hasSize(66560);
            assertThat(decoder.trailers()).isEqualTo(Map.of(TRAILER, "sOO8/Q=="));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-checksum-crc32c:AAAAAA==|S|E, SignatureDoesNotMatch",
        "x-amz-checksum-crc32c:sOO8/Q==|E, IncompleteBody",
        "x-amz-checksum-crc32c:sOO8/Q==|E|E, MalformedTrailerError",
        "S|E, SignatureDoesNotMatch",
        "x-amz-checksum-crc32c:sOO8/Q==|x-amz-checksum-crc32c:sOO8/Q==|S|E, MalformedTrailerError",
        "x-amz-checksum-sha1:sOO8/Q==|S|E, MalformedTrailerError",
        "x-amz-checksum-crc32c:sOO8/Q==|S|x-amz-checksum-crc32c:x|E, MalformedTrailerError",
        "nonsense|S|E, MalformedTrailerError",
        "x-amz-checksum-crc32c:sOO8/Q==|S|E|E, InvalidRequest",
    })
    void badTrailersAreRefused(String lines, String code) {
        StringBuilder end = new StringBuilder();
        for (String line : lines.split("\\|", -1)) {
            end.append(
                    line.equals("E")
                            ? "\r\n"
                            : line.equals("S") ? TRAILER_SIGNATURE : line + "\r\n");
        }
        assertThat(refusal(decoder(TRAILED), trailedBody(end.toString())).error().code())
                .isEqualTo(code);
    }

    @Test
    void aChangedByteOfASignedBodyIsNeverAccepted() {
        byte[] good = plainBody();
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] body = good.clone();
            int at =
                    random.nextBoolean()
                            ? random.nextInt(body.length)
                            : body.length - 1 - random.nextInt(200);
            body[at] ^= (byte) (1 << random.nextInt(8));
            S3Exception refusal =
                    catchThrowableOfType(S3Exception.class, () -> decode(decoder(PLAIN), body));
            assertThat(refusal).as("seed " + seed + " byte " + at).isNotNull();
        }
    }

    @Test
    void aShortenedBodyIsNeverAccepted() {
        byte[] good = plainBody();
        for (int length = 0; length < good.length; length += length < 200 ? 1 : 379) {
            byte[] body = Arrays.copyOf(good, length);
            assertThat(
                            catchThrowableOfType(
                                            S3Exception.class, () -> decode(decoder(PLAIN), body))
                                    .error())
                    .isEqualTo(S3Error.INCOMPLETE_BODY);
        }
    }

    @Test
    void everySplitDecodesToTheSame() {
        String body =
                "2001\r\n" + "b".repeat(8193) + "\r\n3\r\nxyz\r\n0\r\n" + TRAILER + ":v\r\n\r\n";
        byte[] whole = bytes(body);
        byte[] expected = bytes("b".repeat(8193) + "xyz");
        for (int cut = 0; cut <= whole.length; cut++) {
            ChunkedDecoder decoder = unsigned(8196, TRAILER);
            assertThat(decode(decoder, whole, cut)).as("cut at " + cut).isEqualTo(expected);
            assertThat(decoder.trailers()).isEqualTo(Map.of(TRAILER, "v"));
        }
        int[] all = new int[whole.length];
        Arrays.setAll(all, i -> i);
        assertThat(decode(unsigned(8196, TRAILER), whole, all)).isEqualTo(expected);
    }

    @Test
    void signedBodiesDecodeAtRandomSplits() {
        byte[] whole = bytes(trailedBody(TRAILER + ":sOO8/Q==\r\n" + TRAILER_SIGNATURE + "\r\n"));
        for (long seed = 0; seed < 50; seed++) {
            int[] cuts = new Random(seed).ints(20, 0, whole.length + 1).sorted().toArray();
            assertThat(decode(decoder(TRAILED), whole, cuts)).as("seed " + seed).hasSize(66560);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3~abc!0~~ | 3 | InvalidRequest",
                "3!abc~0~~ | 3 | InvalidRequest",
                "3~abc~0~~ | 4 | IncompleteBody",
                "3~abc~0~~ | 2 | IncompleteBody",
                "3~abcd~0~~ | 3 | InvalidRequest",
                "3~ab~0~~ | 3 | InvalidRequest",
                "x~abc~0~~ | 3 | InvalidRequest",
                "~abc~0~~ | 3 | InvalidRequest",
                "-3~abc~0~~ | 3 | InvalidRequest",
                "fffffffffffffff~abc~0~~ | 3 | IncompleteBody",
                "ffffffffffffffff~abc~0~~ | 3 | InvalidRequest",
                "2~ab~1~c~0~~ | 3 | InvalidChunkSizeError",
                "3~abc~0~~x | 3 | InvalidRequest",
                "3~abc~0~ | 3 | IncompleteBody",
                "3~abc~0~a:b~~ | 3 | MalformedTrailerError",
            })
    void badChunksAreRefusedByTheirCode(String body, long decodedBytes, String code) {
        assertThat(
                        refusal(
                                        unsigned(decodedBytes),
                                        body.replace("~", "\r\n").replace("!", "\n"))
                                .error()
                                .code())
                .isEqualTo(code);
    }

    @Test
    void linesAndTrailersAreBounded() {
        assertThat(refusal(unsigned(1), "1;" + "x".repeat(2000)).error())
                .isEqualTo(S3Error.INVALID_REQUEST);
        assertThat(refusal(unsigned(0, "a"), "0\r\na:" + "x".repeat(2000)).error())
                .isEqualTo(S3Error.MALFORMED_TRAILER_ERROR);
        String many = "0\r\n" + ("\r" + "x".repeat(900) + "\r\n").repeat(20);
        assertThat(refusal(unsigned(0, "a"), many).error())
                .isEqualTo(S3Error.MALFORMED_TRAILER_ERROR);
    }

    @Test
    void declaredTrailersMustCome() {
        assertThat(refusal(unsigned(0, TRAILER), "0\r\n\r\n").error())
                .isEqualTo(S3Error.MALFORMED_TRAILER_ERROR);
    }

    @Test
    void lengthsMustBeDeclared() {
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () ->
                                                ChunkedDecoder.of(
                                                        request("PUT", "/"), UNSIGNED, null))
                                .error())
                .isEqualTo(S3Error.MISSING_CONTENT_LENGTH);
        for (String bad : new String[] {"", "-1", "x", "1.0", "99999999999999999999"}) {
            S3Request put = request("PUT", "/", "x-amz-decoded-content-length: " + bad);
            assertThat(
                            catchThrowableOfType(
                                            S3Exception.class,
                                            () -> ChunkedDecoder.of(put, UNSIGNED, null))
                                    .error())
                    .as(bad)
                    .isEqualTo(S3Error.INVALID_ARGUMENT);
        }
        S3Request huge = request("PUT", "/", "x-amz-decoded-content-length: 5368709121");
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () -> ChunkedDecoder.of(huge, UNSIGNED, null))
                                .error())
                .isEqualTo(S3Error.ENTITY_TOO_LARGE);
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () -> ChunkedDecoder.of(PLAIN, SIGNED, null))
                                .error())
                .isEqualTo(S3Error.ACCESS_DENIED);
    }

    @Test
    void anyBytesAreDecodedOrRefused() {
        String[] bits = {
            "0",
            "1",
            "3",
            "a",
            "\r\n",
            "\n",
            ";",
            "chunk-signature=",
            ":",
            TRAILER,
            "\0",
            "é",
            "2000",
            " ",
            "abc",
            "0\r\n",
            "3\r\nabc\r\n",
        };
        for (long seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            StringBuilder body = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                body.append(bits[random.nextInt(bits.length)]);
            }
            try {
                byte[] whole = bytes(body.toString());
                int cut = random.nextInt(whole.length + 1);
                assertThat(decode(unsigned(3), whole, cut)).as("seed " + seed).hasSize(3);
            } catch (S3Exception e) {
                assertThat(e.error().httpStatus()).as("seed " + seed).isBetween(400, 403);
            }
        }
    }
}
