package io.lethe.node.s3.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import io.lethe.node.s3.S3Request;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Forms come apart as browsers put them together, however they arrive. */
class MultipartReaderTest {
    private static final String FORM =
            """
            --B0undary\r
            Content-Disposition: form-data; name="key"\r
            \r
            user/${filename}\r
            --B0undary\r
            Content-Disposition: form-data; name="Content-Type"\r
            \r
            text/plain\r
            --B0undary\r
            content-disposition: form-data; name="file"; filename="C:\\\\a\\\\b \\"c\\".txt"\r
            Content-Type: text/x-file\r
            \r
            line\r
            --B0undar\r
            --B0undary\r
            Content-Disposition: form-data; name="submit"\r
            \r
            Upload\r
            --B0undary--\r
            """;

    /** Gives its bytes in pieces of random length. */
    private static MultipartReader reader(byte[] form, Random random, int mostBytes) {
        int[] at = {0};
        return new MultipartReader(
                (target, offset, length) -> {
                    if (at[0] == form.length) {
                        return -1;
                    }
                    int count =
                            Math.min(
                                    Math.min(length, form.length - at[0]),
                                    1 + random.nextInt(mostBytes));
                    System.arraycopy(form, at[0], target, offset, count);
                    at[0] += count;
                    return count;
                },
                "B0undary");
    }

    private static byte[] rest(MultipartReader reader, Random random) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] some = new byte[100];
        while (true) {
            int count = reader.read(some, 0, 1 + random.nextInt(some.length));
            if (count < 0) {
                return out.toByteArray();
            }
            out.write(some, 0, count);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aFormIsReadWhateverItsPieces() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            MultipartReader reader = reader(bytes(FORM), random, 1 + seed);
            UploadForm form = UploadForm.read(reader);
            assertThat(form.key()).as("seed " + seed).isEqualTo("user/b \"c\".txt");
            assertThat(form.field("content-type")).isEqualTo("text/plain");
            assertThat(form.file().contentType()).isEqualTo("text/x-file");
            assertThat(new String(rest(form.content(), random), StandardCharsets.UTF_8))
                    .as("seed " + seed)
                    .isEqualTo("line\r\n--B0undar");
            assertThat(reader.next()).isEqualTo(new MultipartReader.Part("submit", "", ""));
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void anyBytesAreAFilesContent() throws Exception {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            byte[] content = new byte[random.nextInt(300_000)];
            random.nextBytes(content);
            for (int i = 0; i + 20 < content.length; i += 1 + random.nextInt(5_000)) {
                byte[] nearly = bytes("\r\n--B0undary");
                System.arraycopy(nearly, 0, content, i, random.nextInt(nearly.length));
            }
            ByteArrayOutputStream form = new ByteArrayOutputStream();
            form.writeBytes(
                    bytes("--B0undary\r\nContent-Disposition: form-data; name=file\r\n\r\n"));
            form.writeBytes(content);
            form.writeBytes(bytes("\r\n--B0undary--"));
            MultipartReader reader = reader(form.toByteArray(), random, 70_000);
            assertThat(reader.next()).isNotNull();
            assertThat(rest(reader, random)).as("seed " + seed).isEqualTo(content);
        }
    }

    @Test
    void aFormThatStopsIsRefusedBeforeItsFileIsTold() throws Exception {
        byte[] whole = bytes(FORM);
        int end = FORM.indexOf("--B0undary\r\nContent-Disposition: form-data; name=\"submit\"");
        for (int length = 0; length < end + 8; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            Random random = new Random(length);
            S3Exception failure =
                    catchThrowableOfType(
                            S3Exception.class,
                            () -> {
                                UploadForm form = UploadForm.read(reader(cut, random, 50));
                                rest(form.content(), random);
                            });
            assertThat(failure).as("cut at " + length).isNotNull();
            assertThat(failure.error()).isEqualTo(S3Error.MALFORMED_POST_REQUEST);
        }
    }

    @Test
    void fieldsThatCouldBeNoHeadersAreRefused() {
        for (String type : List.of("text/plain\r\nx-evil: 1", "a\nb", "a\u0000")) {
            assertThat(failure(FORM.replace("text/plain", type)))
                    .isEqualTo(S3Error.MALFORMED_POST_REQUEST);
        }
        assertThat(failure(FORM.replace("\"Content-Type\"", "\"x-amz-copy-source\"")))
                .isEqualTo(S3Error.INVALID_ARGUMENT);
    }

    private static S3Error failure(String form) {
        S3Exception failure =
                catchThrowableOfType(
                        S3Exception.class,
                        () -> UploadForm.read(reader(bytes(form), new Random(1), 50)));
        assertThat(failure).as(form).isNotNull();
        return failure.error();
    }

    @Test
    void noiseIsRefusedInBoundedTime() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            byte[] form = bytes(FORM);
            for (int i = 0; i < 5; i++) {
                form[random.nextInt(form.length)] = (byte) random.nextInt(256);
            }
            try {
                UploadForm read = UploadForm.read(reader(form, random, 50));
                assertThat(rest(read.content(), random)).isNotNull();
            } catch (S3Exception e) {
                assertThat(e.error().httpStatus()).as("seed " + seed).isEqualTo(400);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void fieldsAreBounded() {
        String head = "--B0undary\r\nContent-Disposition: form-data; name=\"";
        String many = (head + "x\"\r\n\r\n" + "y".repeat(30_000) + "\r\n").concat("--B0undary--");
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () ->
                                                UploadForm.read(
                                                        reader(bytes(many), new Random(1), 999)))
                                .error())
                .isEqualTo(S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED_ERROR);
        String longHead = head + "x".repeat(30_000);
        assertThat(
                        catchThrowableOfType(
                                        S3Exception.class,
                                        () ->
                                                UploadForm.read(
                                                        reader(
                                                                bytes(longHead),
                                                                new Random(1),
                                                                999)))
                                .error())
                .isEqualTo(S3Error.MALFORMED_POST_REQUEST);
    }

    @Test
    void theFilesNameHasNoMoreRoomThanWhatComes() throws Exception {
        String name = "n".repeat(4_000);
        assertThat(failure(filled("x", 1_800, name)))
                .isEqualTo(S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED_ERROR);
        assertThat(failure(filled("x", 6, name)))
                .isEqualTo(S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED_ERROR);
        assertThat(
                        UploadForm.read(reader(bytes(filled("x", 5, name)), new Random(1), 999))
                                .field("x"))
                .isEqualTo(name.repeat(5));
        assertThat(
                        UploadForm.read(reader(bytes(filled("x", 1_800, "a")), new Random(1), 999))
                                .field("x"))
                .isEqualTo("a".repeat(1_800));
    }

    @Test
    void whatTheFileSaysOfItselfMustFitIntoHeaders() throws Exception {
        assertThat(failure(filled("content-disposition", 1, "a\u0001b")))
                .isEqualTo(S3Error.MALFORMED_POST_REQUEST);
        assertThat(failure(FORM.replace("text/x-file", "a\u0001b")))
                .isEqualTo(S3Error.MALFORMED_POST_REQUEST);
    }

    /** A form with a field that has the place of the file's name so often. */
    private static String filled(String field, int times, String filename) {
        return "--B0undary\r\nContent-Disposition: form-data; name=\""
                + field
                + "\"\r\n\r\n"
                + "${filename}".repeat(times)
                + "\r\n--B0undary\r\nContent-Disposition: form-data; name=file; filename=\""
                + filename
                + "\"\r\n\r\nx\r\n--B0undary--";
    }

    @Test
    void boundariesAreFoundInContentTypes() {
        assertThat(MultipartReader.boundary("multipart/form-data; boundary=abc")).contains("abc");
        assertThat(MultipartReader.boundary("Multipart/Form-Data;Boundary=\"a b\"; x=y"))
                .contains("a b");
        assertThat(MultipartReader.boundary("multipart/form-data; charset=utf-8; boundary=a"))
                .contains("a");
        assertThat(MultipartReader.boundary("multipart/mixed; boundary=a")).isEmpty();
        assertThat(MultipartReader.boundary("multipart/form-data")).isEmpty();
        assertThat(MultipartReader.boundary("multipart/form-data; boundary=" + "x".repeat(71)))
                .isEmpty();
    }

    @Test
    void aFormStandsForAPut() throws Exception {
        UploadForm form =
                new UploadForm(
                        Map.of(
                                "key", "k",
                                "acl", "private",
                                "cache-control", "no-cache",
                                "x-amz-meta-who", "mé",
                                "x-amz-signature", "s",
                                "policy", "p",
                                "tagging",
                                        "<Tagging><TagSet><Tag><Key>a b</Key><Value>c+d</Value>"
                                                + "</Tag></TagSet></Tagging>"),
                        new MultipartReader.Part("file", "", "text/x"),
                        reader(new byte[0], new Random(1), 1));
        S3Request put =
                form.asPut(
                        new S3Request(
                                "POST",
                                "/bucket",
                                List.of(
                                        new S3Request.Header("Host", "h"),
                                        new S3Request.Header("Cookie", "c"))));
        assertThat(put.headerNames())
                .containsExactlyInAnyOrder(
                        "host",
                        "x-amz-acl",
                        "cache-control",
                        "x-amz-meta-who",
                        "content-type",
                        "x-amz-tagging");
        assertThat(put.header("x-amz-meta-who")).contains("mé");
        assertThat(put.header("x-amz-tagging")).contains("a+b=c%2Bd");
        assertThat(put.header("content-type")).contains("text/x");
    }
}
