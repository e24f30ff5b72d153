package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which web pages of other origins may use a bucket. */
public record CorsConfiguration(List<Rule> rules) {
    /** As S3. */
    public static final int MOST_RULES = 100;

    private static final int MOST_ID_CHARS = 255;

    /** Of each list in a rule; a body has a bound of its own. */
    private static final int MOST_ENTRIES = 1000;

    private static final Set<String> METHODS = Set.of("GET", "PUT", "HEAD", "POST", "DELETE");

    /**
     * @param maxAgeSeconds how long a browser may remember the answer
     */
    public record Rule(
            Optional<String> id,
            List<String> allowedOrigins,
            List<String> allowedMethods,
            List<String> allowedHeaders,
            List<String> exposeHeaders,
            Optional<Integer> maxAgeSeconds) {
        public Rule {
            allowedOrigins = List.copyOf(allowedOrigins);
            allowedMethods = List.copyOf(allowedMethods);
            allowedHeaders = List.copyOf(allowedHeaders);
            exposeHeaders = List.copyOf(exposeHeaders);
        }

        /** Whether the rule lets this origin use this method with these headers. */
        public boolean allows(String origin, String method, List<String> headers) {
            return allowedOrigins.stream().anyMatch(pattern -> matches(pattern, origin))
                    && allowedMethods.contains(method)
                    && headers.stream().allMatch(this::allowsHeader);
        }

        private boolean allowsHeader(String header) {
            String lower = header.toLowerCase(Locale.ROOT);
            return allowedHeaders.stream()
                    .anyMatch(pattern -> matches(pattern.toLowerCase(Locale.ROOT), lower));
        }

        /** Whether the answer names all origins rather than the one that asked. */
        public boolean anyOrigin() {
            return allowedOrigins.contains("*");
        }
    }

    public CorsConfiguration {
        rules = List.copyOf(rules);
    }

    /** The first rule that allows a request, as S3 chooses. */
    public Optional<Rule> match(String origin, String method, List<String> headers) {
        return rules.stream().filter(rule -> rule.allows(origin, method, headers)).findFirst();
    }

    /** One star stands for any text. */
    static boolean matches(String pattern, String text) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(text);
        }
        String tail = pattern.substring(star + 1);
        return text.length() >= pattern.length() - 1
                && text.startsWith(pattern.substring(0, star))
                && text.endsWith(tail);
    }

    /**
     * @throws S3Exception MalformedXML, InvalidRequest
     */
    public static CorsConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "CORSConfiguration");
        List<Rule> rules = new ArrayList<>();
        while (in.next()) {
            if (!in.name().equals("CORSRule") || rules.size() == MOST_RULES) {
                throw in.unexpected();
            }
            rules.add(rule(in));
        }
        in.end();
        if (rules.isEmpty()) {
            throw XmlReader.malformed();
        }
        return new CorsConfiguration(rules);
    }

    private static Rule rule(XmlReader in) {
        String id = null;
        Integer maxAge = null;
        List<String> origins = new ArrayList<>();
        List<String> methods = new ArrayList<>();
        List<String> headers = new ArrayList<>();
        List<String> expose = new ArrayList<>();
        while (in.next()) {
            switch (in.name()) {
                case "ID" -> id = XmlReader.once(id, in.text());
                case "MaxAgeSeconds" -> maxAge = XmlReader.once(maxAge, in.integer());
                case "AllowedOrigin" -> add(origins, pattern(in.word(), "AllowedOrigin"));
                case "AllowedMethod" -> add(methods, method(in.word()));
                case "AllowedHeader" -> add(headers, pattern(in.word(), "AllowedHeader"));
                case "ExposeHeader" -> add(expose, exposed(in.word()));
                default -> throw in.unexpected();
            }
        }
        if (origins.isEmpty() || methods.isEmpty()) {
            throw XmlReader.malformed();
        }
        if (id != null && id.length() > MOST_ID_CHARS) {
            throw refused("The ID of a rule can not have more than 255 characters.");
        }
        if (maxAge != null && maxAge < 0) {
            throw refused("MaxAgeSeconds can not be negative.");
        }
        return new Rule(
                Optional.ofNullable(id),
                origins,
                methods,
                headers,
                expose,
                Optional.ofNullable(maxAge));
    }

    private static void add(List<String> list, String entry) {
        if (entry.isEmpty() || list.size() == MOST_ENTRIES) {
            throw XmlReader.malformed();
        }
        list.add(entry);
    }

    private static String method(String method) {
        if (!METHODS.contains(method)) {
            throw refused(
                    "Found unsupported HTTP method in CORS config. Unsupported method is "
                            + method);
        }
        return method;
    }

    private static String pattern(String pattern, String what) {
        if (pattern.indexOf('*') != pattern.lastIndexOf('*')) {
            throw refused(what + " \"" + pattern + "\" can not have more than one wildcard.");
        }
        return pattern;
    }

    private static String exposed(String header) {
        if (header.contains("*")) {
            throw refused(
                    "ExposeHeader \""
                            + header
                            + "\" contains wildcard. We currently do not support wildcard for"
                            + " ExposeHeader.");
        }
        return header;
    }

    private static S3Exception refused(String message) {
        return S3Error.INVALID_REQUEST.because(message);
    }

    /** The document that GetBucketCors answers with. */
    public byte[] write() {
        XmlWriter out = XmlWriter.s3("CORSConfiguration");
        for (Rule rule : rules) {
            out.open("CORSRule");
            rule.id().ifPresent(id -> out.text("ID", id));
            rule.allowedMethods().forEach(method -> out.text("AllowedMethod", method));
            rule.allowedOrigins().forEach(origin -> out.text("AllowedOrigin", origin));
            rule.allowedHeaders().forEach(header -> out.text("AllowedHeader", header));
            rule.exposeHeaders().forEach(header -> out.text("ExposeHeader", header));
            rule.maxAgeSeconds().ifPresent(age -> out.number("MaxAgeSeconds", age));
            out.close();
        }
        return out.end();
    }
}
