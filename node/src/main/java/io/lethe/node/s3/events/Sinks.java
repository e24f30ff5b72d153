package io.lethe.node.s3.events;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sinks of a node, by the names that the operator gave them. Every node of a cluster has the
 * same: whichever leads a partition tells its events. Safe for any thread.
 */
public final class Sinks implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** Services whose ARNs may name a sink; what is behind it is the operator's matter. */
    private static final Set<String> SERVICES = Set.of("sqs", "sns", "lambda");

    private static final int ARN_PARTS = 6;

    /** Of a secret: a header, or a client's properties. */
    private static final int MOST_SECRET_BYTES = 16 * 1024;

    private final Map<String, Sink> byName;

    /** Names of those that are being tried. */
    private final Set<String> inTrial = ConcurrentHashMap.newKeySet();

    private Sinks(Map<String, Sink> byName) {
        this.byName = byName;
    }

    public static Sinks of(Map<String, Sink> byName) {
        return new Sinks(new LinkedHashMap<>(byName));
    }

    /**
     * Opens what the configuration names; connects to nobody yet.
     *
     * @param lines {@code NAME=URI} each: {@code file:/FOLDER}, {@code http(s)://HOST/PATH}, {@code
     *     kafka://HOST:PORT+HOST:PORT/TOPIC}
     * @param secrets folder with a file NAME for each webhook that wants an Authorization header,
     *     and for each topic whose client has properties of its own; {@code NAME.pem} holds the
     *     authorities of a webhook's certificate
     * @param node the name of this node's own files
     * @throws IllegalArgumentException where a line is none of these
     * @throws IOException where a secret can't be read
     */
    public static Sinks open(List<String> lines, @Nullable Path secrets, String node)
            throws IOException {
        Map<String, Sink> byName = new LinkedHashMap<>();
        for (Map.Entry<String, URI> line : parsed(lines).entrySet()) {
            String secret = secret(secrets, line.getKey());
            Path authorities = secrets == null ? null : secrets.resolve(line.getKey() + ".pem");
            byName.put(line.getKey(), sink(line.getValue(), secret, authorities, node));
        }
        return new Sinks(byName);
    }

    /**
     * Sees to it that the configuration names sinks.
     *
     * @return their names
     * @throws IllegalArgumentException where a line is none
     */
    public static Set<String> check(List<String> lines) {
        return parsed(lines).keySet();
    }

    private static Map<String, URI> parsed(List<String> lines) {
        Map<String, URI> parsed = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            String name = equals < 0 ? "" : line.substring(0, equals);
            if (!NAME.matcher(name).matches() || parsed.containsKey(name)) {
                throw new IllegalArgumentException(
                        "'" + line + "' is no sink; write NAME=URI, each name once");
            }
            URI uri = URI.create(line.substring(equals + 1));
            String path = String.valueOf(uri.getPath());
            boolean whole =
                    switch (String.valueOf(uri.getScheme())) {
                        case "file" -> path.startsWith("/");
                        case "http", "https" -> uri.getHost() != null;
                        case "kafka" -> uri.getAuthority() != null && path.length() > 1;
                        default -> false;
                    };
            if (!whole) {
                throw new IllegalArgumentException(
                        "'"
                                + line
                                + "' leads nowhere; a sink is file:/FOLDER, http(s)://HOST/PATH or"
                                + " kafka://HOST:PORT/TOPIC");
            }
            parsed.put(name, uri);
        }
        return parsed;
    }

    private static String secret(@Nullable Path folder, String name) throws IOException {
        Path file = folder == null ? null : folder.resolve(name);
        if (file == null || !Files.exists(file)) {
            return "";
        }
        if (Files.size(file) > MOST_SECRET_BYTES) {
            throw new IOException(file + " is longer than " + MOST_SECRET_BYTES + " bytes");
        }
        return Files.readString(file).strip();
    }

    private static Sink sink(URI uri, String secret, @Nullable Path authorities, String node)
            throws IOException {
        String scheme = String.valueOf(uri.getScheme());
        return switch (scheme) {
            case "file" -> new FileSink(Path.of(uri.getPath()), node, FileSink.MOST_BYTES);
            case "http", "https" ->
                    new WebhookSink(
                            uri,
                            secret,
                            authorities != null && Files.exists(authorities)
                                    ? WebhookSink.trusting(authorities)
                                    : null,
                            WebhookSink.ANSWER_WITHIN);
            case "kafka" ->
                    KafkaSink.of(
                            String.valueOf(uri.getAuthority()),
                            String.valueOf(uri.getPath()).replaceFirst("^/", ""),
                            secret);
            default -> throw new IllegalArgumentException(uri + " is no sink");
        };
    }

    public Set<String> names() {
        return byName.keySet();
    }

    public Optional<Sink> get(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** False while a trial of the sink runs; else one does until {@link #endTrial}. */
    boolean beginTrial(String name) {
        return inTrial.add(name);
    }

    void endTrial(String name) {
        boolean _ = inTrial.remove(name);
    }

    /**
     * The sink that an ARN names: {@code arn:aws:sqs:REGION:ACCOUNT:NAME}, also with {@code lethe}
     * for {@code aws} and {@code sns} or {@code lambda} for {@code sqs}; empty where there is none.
     */
    public Optional<String> named(String arn) {
        String[] parts = arn.split(":", -1);
        boolean known =
                parts.length == ARN_PARTS
                        && parts[0].equals("arn")
                        && (parts[1].equals("aws") || parts[1].equals("lethe"))
                        && SERVICES.contains(parts[2])
                        && byName.containsKey(parts[ARN_PARTS - 1]);
        return known ? Optional.of(parts[ARN_PARTS - 1]) : Optional.empty();
    }

    @Override
    public void close() {
        byName.values().forEach(Sink::close);
    }
}
