package io.lethe.node.s3;

import io.lethe.node.object.ReadRange;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads ranges. As RFC 9110 (14.2) and S3: what is malformed, of another unit, or more than one
 * range is ignored, and the whole object is sent; what is well formed and lies outside is refused
 * once the object's length is known. Static and pure.
 */
public final class RangeHeader {
    private static final Pattern SINGLE =
            Pattern.compile("bytes *= *([0-9]*) *- *([0-9]*) *", Pattern.CASE_INSENSITIVE);

    private static final Pattern STRICT = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{1,18})");

    /** Longer numbers lie behind the end of any object. */
    private static final int MOST_DIGITS = 18;

    private static final int MOST_CHARS = 100;

    private RangeHeader() {}

    /** Of a {@code Range} header. */
    public static ReadRange parse(Optional<String> header) {
        String text = header.orElse("");
        if (text.isEmpty() || text.length() > MOST_CHARS) {
            return new ReadRange.All();
        }
        Matcher range = SINGLE.matcher(text);
        if (!range.matches()) {
            return new ReadRange.All();
        }
        String first = range.group(1);
        String last = range.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? new ReadRange.All() : new ReadRange.Suffix(number(last));
        }
        if (last.isEmpty()) {
            return new ReadRange.Span(number(first), Long.MAX_VALUE);
        }
        // Backwards is malformed, not outside.
        return number(last) < number(first)
                ? new ReadRange.All()
                : new ReadRange.Span(number(first), number(last));
    }

    private static long number(String digits) {
        String plain = digits.replaceFirst("^0+(?=.)", "");
        return plain.length() > MOST_DIGITS ? Long.MAX_VALUE : Long.parseLong(plain);
    }

    /**
     * Of {@code x-amz-copy-source-range}, where nothing is ignored.
     *
     * @throws S3Exception InvalidArgument
     */
    public static ReadRange parseCopy(Optional<String> header) {
        if (header.isEmpty()) {
            return new ReadRange.All();
        }
        Matcher range = STRICT.matcher(header.get().strip());
        if (range.matches()) {
            long first = Long.parseLong(range.group(1));
            long last = Long.parseLong(range.group(2));
            if (first <= last) {
                return new ReadRange.Span(first, last);
            }
        }
        throw S3Error.INVALID_ARGUMENT
                .because(
                        "The x-amz-copy-source-range value must be of the form bytes=first-last"
                                + " where first and last are the zero-based offsets of the first"
                                + " and last bytes to copy")
                .with("ArgumentName", "x-amz-copy-source-range")
                .with("ArgumentValue", header.get());
    }

    /** The refusal of a range that has no byte of the object. */
    public static S3Exception outside(String header, long sizeBytes) {
        return S3Error.INVALID_RANGE
                .exception()
                .with("RangeRequested", header)
                .with("ActualObjectSize", Long.toString(sizeBytes));
    }

    /** The {@code Content-Range} of an answer. */
    public static String contentRange(ReadRange.Resolved range, long sizeBytes) {
        long last = range.first() + range.lengthBytes() - 1;
        return "bytes " + range.first() + '-' + last + '/' + sizeBytes;
    }
}
