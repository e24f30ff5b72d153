package io.lethe.node.s3;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The head of an HTTP request as plain text, exactly as it was sent: what signatures are computed
 * from and what every parser of this door reads. Immutable; safe for any thread.
 *
 * <p>Header names are looked up in lower case. Header values come from the wire as one character
 * for each byte (Latin-1), which signatures need; {@link #header} reads them as UTF-8 where they
 * are that. Query parameters are decoded once, '+' being a space, and keep their order.
 */
public final class S3Request {
    /** As Netty's own bound on a head of 32 KiB leaves room for no more. */
    public static final int MOST_PARAMETERS = 1024;

    /** One header line: the name as sent, the value with one character for each byte. */
    public record Header(String name, String value) {}

    /** One query parameter, decoded; {@code value} is empty where there was no '='. */
    public record Parameter(String name, String value) {}

    private final String method;
    private final String rawPath;
    private final String rawQuery;
    private final Map<String, List<String>> headers;
    private final List<Parameter> parameters;
    private final Map<String, String> firstParameters = new HashMap<>();

    /**
     * @param rawTarget the request target as sent: path, and '?' with the query where there is one
     * @param headers lines in the order in which they came
     * @throws S3Exception InvalidURI, InvalidRequest
     */
    public S3Request(String method, String rawTarget, List<Header> headers) {
        int question = rawTarget.indexOf('?');
        this.method = method;
        this.rawPath = question < 0 ? rawTarget : rawTarget.substring(0, question);
        this.rawQuery = question < 0 ? "" : rawTarget.substring(question + 1);
        this.headers = byName(headers);
        this.parameters = parameters(rawQuery);
        for (Parameter parameter : parameters) {
            firstParameters.putIfAbsent(parameter.name(), parameter.value());
        }
    }

    private static Map<String, List<String>> byName(List<Header> lines) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Header line : lines) {
            headers.computeIfAbsent(line.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(line.value());
        }
        headers.replaceAll((_, values) -> List.copyOf(values));
        return headers;
    }

    private static List<Parameter> parameters(String query) {
        List<Parameter> parameters = new ArrayList<>();
        int from = 0;
        while (from < query.length()) {
            int end = query.indexOf('&', from);
            end = end < 0 ? query.length() : end;
            if (end > from) {
                if (parameters.size() == MOST_PARAMETERS) {
                    throw S3Error.INVALID_REQUEST.because(
                            "The query has more than " + MOST_PARAMETERS + " parameters.");
                }
                String pair = query.substring(from, end);
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                parameters.add(
                        new Parameter(
                                PercentCoding.decodeText(name, true),
                                PercentCoding.decodeText(value, true)));
            }
            from = end + 1;
        }
        return List.copyOf(parameters);
    }

    public String method() {
        return method;
    }

    /** As sent, percent-encoded. */
    public String rawPath() {
        return rawPath;
    }

    /** As sent, without the question mark; empty where there is none. */
    public String rawQuery() {
        return rawQuery;
    }

    /** Names in lower case, in the order of their first line. */
    public Set<String> headerNames() {
        return headers.keySet();
    }

    /** All lines of a name in order; empty where there is none. */
    public List<String> headerValues(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of());
    }

    /** The first line of a name, trimmed, as text. */
    public Optional<String> header(String lowerCaseName) {
        List<String> values = headerValues(lowerCaseName);
        return values.isEmpty() ? Optional.empty() : Optional.of(text(values.getFirst()).strip());
    }

    /** All lines of a name as one, as text; lines are joined by commas. */
    public Optional<String> joinedHeader(String lowerCaseName) {
        List<String> values = headerValues(lowerCaseName);
        return values.isEmpty() ? Optional.empty() : Optional.of(text(String.join(",", values)));
    }

    private static String text(String raw) {
        boolean ascii = true;
        for (int i = 0; i < raw.length(); i++) {
            char one = raw.charAt(i);
            if (one > 0xff) {
                return raw;
            }
            ascii &= one < 0x80;
        }
        if (ascii) {
            return raw;
        }
        byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
        return PercentCoding.utf8(bytes).orElse(raw);
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** The first parameter of a name. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(firstParameters.get(name));
    }

    public boolean hasParameter(String name) {
        return firstParameters.containsKey(name);
    }

    private static final Pattern SECRETS =
            Pattern.compile("(?i)(X-Amz-(?:Signature|Security-Token)=)[^&]*");

    /** A request's target for a log: who reads it must not be able to send it again. */
    public static String withoutSecrets(String target) {
        return SECRETS.matcher(target).replaceAll("$1-");
    }
}
