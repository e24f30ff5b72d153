package io.lethe.node.s3.form;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
import io.lethe.node.s3.form.MultipartReader.Part;
import io.lethe.node.s3.xml.Tagging;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fields of a form before its file, by lower-case name; the reader then stands at the file.
 * What a browser sends behind the file is not read, as S3 says.
 *
 * @param fields {@code ${filename}} already put in
 */
public record UploadForm(Map<String, String> fields, Part file, MultipartReader content) {
    /**
     * Of all fields before the file, names and values; as S3. Counted in bytes as they come, and
     * once more in characters, which are never more, with the file's name put in: a sender that
     * repeats {@code ${filename}} has no more room than others.
     */
    private static final int MOST_FIELD_BYTES = 20 * 1024;

    private static final String FILENAME = "${filename}";

    /** Fields that say what headers say in a PUT, under the same name. */
    private static final Set<String> HEADERS =
            Set.of(
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "content-md5",
                    "content-type",
                    "expires");

    /** Fields whose names begin as headers do, and that are no headers: the signature's. */
    private static final Set<String> OF_SIGNATURE =
            Set.of(
                    "x-amz-algorithm",
                    "x-amz-credential",
                    "x-amz-date",
                    "x-amz-signature",
                    "x-amz-security-token");

    public UploadForm {
        fields = Map.copyOf(fields);
    }

    /**
     * @throws io.lethe.node.s3.S3Exception MalformedPOSTRequest, MaxPostPreDataLengthExceededError,
     *     IncorrectNumberOfFilesInPostRequest
     */
    public static UploadForm read(MultipartReader reader) throws InterruptedException {
        Map<String, String> fields = new LinkedHashMap<>();
        int room = MOST_FIELD_BYTES;
        for (Part part = reader.next(); part != null; part = reader.next()) {
            String name = part.name().toLowerCase(Locale.ROOT);
            if (name.equals("file")) {
                check("content-type", part.contentType());
                return new UploadForm(named(fields, part.filename()), part, reader);
            }
            byte[] value = value(reader, room - name.length());
            room -= name.length() + value.length;
            String text = new String(value, StandardCharsets.UTF_8);
            if (fields.put(name, text) != null) {
                throw S3Error.MALFORMED_POST_REQUEST.because(
                        "The field " + name + " stands twice.");
            }
        }
        throw S3Error.INCORRECT_NUMBER_OF_FILES_IN_POST_REQUEST.exception();
    }

    /** The fields with the file's name put in; refuses what is too long before it is made. */
    private static Map<String, String> named(Map<String, String> fields, String filename) {
        Map<String, String> named = new LinkedHashMap<>();
        long room = MOST_FIELD_BYTES;
        for (Map.Entry<String, String> field : fields.entrySet()) {
            String value = field.getValue();
            room -= field.getKey().length() + value.length();
            room -= (long) times(value) * (filename.length() - FILENAME.length());
            if (room < 0) {
                throw S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED_ERROR.exception();
            }
            String whole = value.replace(FILENAME, filename);
            check(field.getKey(), whole);
            named.put(field.getKey(), whole);
        }
        return named;
    }

    /** How often a value has the place of the file's name. */
    private static int times(String value) {
        int times = 0;
        for (int at = value.indexOf(FILENAME);
                at >= 0;
                at = value.indexOf(FILENAME, at + FILENAME.length())) {
            times++;
        }
        return times;
    }

    /** What becomes a header must be one; a form stores its own file and copies nothing. */
    private static void check(String name, String text) {
        if (isHeader(name) && text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw S3Error.MALFORMED_POST_REQUEST.because(
                    "The field " + name + " has characters that no header has.");
        }
        if (name.startsWith("x-amz-copy-source")) {
            throw S3Error.INVALID_ARGUMENT.because("A form can't copy: leave out " + name + ".");
        }
    }

    private static boolean isHeader(String name) {
        boolean amz = name.startsWith("x-amz-") && !OF_SIGNATURE.contains(name);
        return amz || HEADERS.contains(name);
    }

    private static byte[] value(MultipartReader reader, int mostBytes) throws InterruptedException {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        byte[] some = new byte[1024];
        for (int count = reader.read(some, 0, some.length);
                count >= 0;
                count = reader.read(some, 0, some.length)) {
            value.write(some, 0, count);
            if (value.size() > mostBytes) {
                throw S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED_ERROR.exception();
            }
        }
        return value.toByteArray();
    }

    /**
     * @throws io.lethe.node.s3.S3Exception UserKeyMustBeSpecified
     */
    public String key() {
        String key = fields.getOrDefault("key", "");
        if (key.isEmpty()) {
            throw S3Error.USER_KEY_MUST_BE_SPECIFIED.exception();
        }
        return key;
    }

    public String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /**
     * The form as the PUT that it stands for: its fields as headers, so that everything that reads
     * headers reads them.
     *
     * @param sent what came
     */
    public S3Request asPut(S3Request sent) {
        List<S3Request.Header> headers = new ArrayList<>();
        for (String kept : List.of("host", "user-agent", "referer", "origin")) {
            sent.header(kept).ifPresent(value -> headers.add(header(kept, value)));
        }
        fields.forEach(
                (name, value) -> {
                    if (isHeader(name)) {
                        headers.add(header(name, value));
                    }
                });
        if (fields.containsKey("acl")) {
            headers.add(header("x-amz-acl", field("acl")));
        }
        if (!fields.containsKey("content-type") && !file.contentType().isEmpty()) {
            headers.add(header("content-type", file.contentType()));
        }
        if (fields.containsKey("tagging")) {
            headers.add(header("x-amz-tagging", tags()));
        }
        return new S3Request("PUT", sent.rawPath(), headers);
    }

    /** Header values are one character for each byte. */
    private static S3Request.Header header(String name, String value) {
        return new S3Request.Header(
                name,
                new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    private String tags() {
        return Tagging.parseObject(field("tagging").getBytes(StandardCharsets.UTF_8))
                .tags()
                .stream()
                .map(tag -> encode(tag.key()) + '=' + encode(tag.value()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
