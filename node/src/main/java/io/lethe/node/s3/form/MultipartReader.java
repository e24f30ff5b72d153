package io.lethe.node.s3.form;

import io.lethe.node.base.Check;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of a form (RFC 7578) as they come, holding one window of it. Order: {@link
 * #next}, then {@link #read} to the part's end, then the next. One task.
 */
public final class MultipartReader {
    /** Where the bytes come from. */
    public interface Source {
        /** At least one byte, or -1 at the end. */
        int read(byte[] target, int offset, int lengthBytes) throws InterruptedException;
    }

    /**
     * What a part's head says.
     *
     * @param filename without folders, as browsers should send it; empty where there is none
     */
    public record Part(String name, String filename, String contentType) {}

    /** RFC 2046. */
    private static final int MOST_BOUNDARY_CHARS = 70;

    /** What precedes the first part is to be passed over; browsers send nothing. */
    private static final int MOST_PREAMBLE_BYTES = 4 * 1024;

    /** Of one part. */
    private static final int MOST_HEAD_BYTES = 4 * 1024;

    private static final int WINDOW_BYTES = 64 * 1024;
    private static final Pattern BOUNDARY =
            Pattern.compile(
                    "multipart/form-data\\s*;(?:.*;)?\\s*boundary=(\"[^\"]+\"|[^\\s;\"]+).*",
                    Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([A-Za-z*]+)=(\"(?:[^\"\\\\]++|\\\\.)*+\"|[^\\s;\"]+)");

    private final Source source;

    /** {@code CR LF -- boundary}. */
    private final byte[] delimiter;

    private final byte[] window = new byte[WINDOW_BYTES];
    private int from;
    private int to;

    /** No delimiter begins before it. */
    private int clear;

    private boolean ended;
    private boolean begun;
    private boolean inPart;
    private boolean over;

    /**
     * @param boundary as {@link #boundary} found it
     */
    public MultipartReader(Source source, String boundary) {
        this.source = source;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        // The first delimiter may stand at the very beginning, without a line before it.
        window[0] = '\r';
        window[1] = '\n';
        to = 2;
    }

    /** What a {@code Content-Type} gives as boundary; empty for what is no form. */
    public static Optional<String> boundary(String contentType) {
        Matcher matcher = BOUNDARY.matcher(contentType);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String found = matcher.group(1);
        String plain = found.startsWith("\"") ? found.substring(1, found.length() - 1) : found;
        return plain.length() <= MOST_BOUNDARY_CHARS ? Optional.of(plain) : Optional.empty();
    }

    /**
     * Goes on to the next part; what is left of this one is passed over.
     *
     * @return null behind the last
     * @throws S3Exception MalformedPOSTRequest
     */
    public @Nullable Part next() throws InterruptedException {
        if (over) {
            return null;
        }
        if (inPart) {
            byte[] rest = new byte[8 * 1024];
            while (read(rest, 0, rest.length) >= 0) {
                // Nobody wants it.
            }
        } else if (!begun) {
            begun = true;
            from = find(MOST_PREAMBLE_BYTES) + delimiter.length;
        }
        need(2);
        if (window[from] == '-' && window[from + 1] == '-') {
            over = true;
            return null;
        }
        String head = head();
        inPart = true;
        return part(head);
    }

    private static S3Exception malformed() {
        return S3Error.MALFORMED_POST_REQUEST.exception();
    }

    /** The rest of the delimiter's line, and the lines up to an empty one. */
    private String head() throws InterruptedException {
        StringBuilder head = new StringBuilder();
        String line = line();
        if (!line.isBlank()) {
            throw malformed();
        }
        for (line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append('\n');
            if (head.length() > MOST_HEAD_BYTES) {
                throw malformed();
            }
        }
        return head.toString();
    }

    private String line() throws InterruptedException {
        int length = 0;
        while (true) {
            need(length + 2);
            if (window[from + length] == '\r' && window[from + length + 1] == '\n') {
                String line = new String(window, from, length, StandardCharsets.UTF_8);
                from += length + 2;
                return line;
            }
            if (++length > MOST_HEAD_BYTES) {
                throw malformed();
            }
        }
    }

    private static Part part(String head) {
        String name = null;
        String filename = "";
        String type = "";
        for (String line : head.split("\n", -1)) {
            int colon = line.indexOf(':');
            String header = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = colon < 0 ? "" : line.substring(colon + 1).strip();
            if (header.equals("content-type")) {
                type = value;
            } else if (header.equals("content-disposition")
                    && value.toLowerCase(Locale.ROOT).startsWith("form-data")) {
                Matcher parameters = PARAMETER.matcher(value);
                while (parameters.find()) {
                    String plain = plain(parameters.group(2));
                    switch (parameters.group(1).toLowerCase(Locale.ROOT)) {
                        case "name" -> name = plain;
                        case "filename" -> filename = withoutFolders(plain);
                        default -> {
                            // filename* and others: RFC 7578 tells senders not to use them.
                        }
                    }
                }
            }
        }
        if (name == null) {
            throw malformed();
        }
        return new Part(name, filename, type);
    }

    /** Browsers write a quote in a name as {@code %22} or behind a backslash. */
    private static String plain(String value) {
        return value.startsWith("\"")
                ? value.substring(1, value.length() - 1).replace("\\\"", "\"").replace("%22", "\"")
                : value;
    }

    private static String withoutFolders(String filename) {
        return filename.substring(
                Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
    }

    /**
     * Reads at least one byte of the part.
     *
     * @return bytes read, or -1 at its end, which is there for certain
     * @throws S3Exception MalformedPOSTRequest where the form ends before
     */
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        if (!inPart) {
            return -1;
        }
        while (true) {
            int at = indexOf();
            if (at == from) {
                from += delimiter.length;
                inPart = false;
                return -1;
            }
            // What could be the beginning of a delimiter waits for more.
            int safe = at > 0 ? at - from : to - from - (delimiter.length - 1);
            if (safe > 0) {
                int count = Math.min(safe, lengthBytes);
                System.arraycopy(window, from, target, offset, count);
                from += count;
                return count;
            }
            fill();
        }
    }

    /** The next delimiter, within so many bytes. */
    private int find(int mostBytes) throws InterruptedException {
        while (true) {
            int at = indexOf();
            if (at >= 0) {
                return at;
            }
            if (to - from > mostBytes) {
                throw malformed();
            }
            fill();
        }
    }

    /** Where the window has the delimiter; -1: nowhere. */
    private int indexOf() {
        int at = Math.max(from, clear);
        for (; at + delimiter.length <= to; at++) {
            int i = 0;
            while (i < delimiter.length && window[at + i] == delimiter[i]) {
                i++;
            }
            if (i == delimiter.length) {
                clear = at;
                return at;
            }
        }
        clear = at;
        return -1;
    }

    private void need(int bytes) throws InterruptedException {
        Check.range("bytes of a head", bytes, 1, WINDOW_BYTES / 2);
        while (to - from < bytes) {
            fill();
        }
    }

    private void fill() throws InterruptedException {
        if (from > 0) {
            System.arraycopy(window, from, window, 0, to - from);
            to -= from;
            clear = Math.max(0, clear - from);
            from = 0;
        }
        int count = ended ? -1 : source.read(window, to, window.length - to);
        if (count < 0) {
            ended = true;
            throw malformed();
        }
        to += count;
    }
}
