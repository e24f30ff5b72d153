package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which events of a bucket are told to whom. An empty one tells nobody. */
public record NotificationConfiguration(List<Target> targets, boolean eventBridge) {
    /** As S3. */
    public static final int MOST_TARGETS = 100;

    private static final int MOST_ID_CHARS = 255;
    private static final int MOST_ARN_CHARS = 1024;

    /** As S3: of a filter's value. */
    private static final int MOST_FILTER_CHARS = 1024;

    private static final String ALL = ":*";

    /** Events that happen here; {@code *} at the end stands for all that begin so. */
    private static final Set<String> HAPPEN =
            Set.of(
                    "s3:ObjectCreated:*",
                    "s3:ObjectCreated:Put",
                    "s3:ObjectCreated:Post",
                    "s3:ObjectCreated:Copy",
                    "s3:ObjectCreated:CompleteMultipartUpload",
                    "s3:ObjectRemoved:*",
                    "s3:ObjectRemoved:Delete",
                    "s3:ObjectRemoved:DeleteMarkerCreated",
                    "s3:LifecycleExpiration:*",
                    "s3:LifecycleExpiration:Delete",
                    "s3:LifecycleExpiration:DeleteMarkerCreated");

    /** Events that S3 has besides. */
    private static final Set<String> NEVER =
            Set.of(
                    "s3:ReducedRedundancyLostObject",
                    "s3:ObjectRestore:*",
                    "s3:ObjectRestore:Post",
                    "s3:ObjectRestore:Completed",
                    "s3:ObjectRestore:Delete",
                    "s3:Replication:*",
                    "s3:Replication:OperationFailedReplication",
                    "s3:Replication:OperationNotTracked",
                    "s3:Replication:OperationMissedThreshold",
                    "s3:Replication:OperationReplicatedAfterThreshold",
                    "s3:LifecycleTransition",
                    "s3:IntelligentTiering",
                    "s3:ObjectAcl:Put",
                    "s3:ObjectTagging:*",
                    "s3:ObjectTagging:Put",
                    "s3:ObjectTagging:Delete");

    /** What kind of receiver an ARN names. */
    public enum Kind {
        TOPIC("TopicConfiguration", "Topic"),
        QUEUE("QueueConfiguration", "Queue"),
        FUNCTION("CloudFunctionConfiguration", "CloudFunction");

        private final String element;
        private final String arnElement;

        Kind(String element, String arnElement) {
            this.element = element;
            this.arnElement = arnElement;
        }
    }

    private static final Map<String, Kind> KINDS = Words.of(Kind.values(), kind -> kind.element);

    /**
     * @param id empty where the client gave none
     * @param prefix and {@code suffix}, of keys; empty for all
     */
    public record Target(
            Kind kind, String id, String arn, List<String> events, String prefix, String suffix) {
        public Target {
            events = List.copyOf(events);
        }

        /** Whether an event, e.g. {@code s3:ObjectCreated:Put}, of a key is told. */
        public boolean wants(String event, String key) {
            return key.startsWith(prefix)
                    && key.endsWith(suffix)
                    && events.stream().anyMatch(mine -> same(mine, event));
        }

        boolean ambiguousWith(Target other) {
            boolean events =
                    events().stream()
                            .anyMatch(
                                    one -> other.events().stream().anyMatch(two -> same(one, two)));
            boolean prefixes =
                    prefix.startsWith(other.prefix()) || other.prefix().startsWith(prefix);
            boolean suffixes = suffix.endsWith(other.suffix()) || other.suffix().endsWith(suffix);
            return events && prefixes && suffixes;
        }

        private static boolean same(String one, String two) {
            return one.equals(two) || covers(one, two) || covers(two, one);
        }

        private static boolean covers(String pattern, String event) {
            return pattern.endsWith(ALL)
                    && event.startsWith(pattern.substring(0, pattern.length() - 1));
        }
    }

    private record Filter(@Nullable String prefix, @Nullable String suffix) {
        String prefixOrAll() {
            return prefix == null ? "" : prefix;
        }

        String suffixOrAll() {
            return suffix == null ? "" : suffix;
        }
    }

    public NotificationConfiguration {
        targets = List.copyOf(targets);
    }

    /**
     * @throws S3Exception MalformedXML, InvalidArgument
     */
    public static NotificationConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "NotificationConfiguration");
        List<Target> targets = new ArrayList<>();
        boolean eventBridge = false;
        while (in.next()) {
            Kind kind = KINDS.get(in.name());
            if (kind != null && targets.size() < MOST_TARGETS) {
                targets.add(target(in, kind));
            } else if (in.name().equals("EventBridgeConfiguration")) {
                in.empty();
                eventBridge = true;
            } else {
                throw in.unexpected();
            }
        }
        in.end();
        checkAmbiguous(targets);
        return new NotificationConfiguration(targets, eventBridge);
    }

    private static void checkAmbiguous(List<Target> targets) {
        for (int i = 0; i < targets.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (targets.get(i).ambiguousWith(targets.get(j))) {
                    throw argument(
                            "Configuration is ambiguously defined. Cannot have overlapping"
                                    + " suffixes in two rules if the prefixes are overlapping for"
                                    + " the same event type.");
                }
            }
        }
    }

    /** Whether an event of a configuration ever happens here. */
    public static boolean happens(String event) {
        return HAPPEN.contains(event);
    }

    private static S3Exception argument(String message) {
        return S3Error.INVALID_ARGUMENT.because(message);
    }

    private static Target target(XmlReader in, Kind kind) {
        String id = null;
        String arn = null;
        Filter filter = null;
        List<String> events = new ArrayList<>();
        while (in.next()) {
            String name = in.name();
            if (name.equals("Id")) {
                id = XmlReader.once(id, in.text());
            } else if (name.equals(kind.arnElement)) {
                arn = XmlReader.once(arn, in.word());
            } else if (name.equals("Event")) {
                events.add(event(in.word()));
            } else if (name.equals("Filter")) {
                filter = XmlReader.once(filter, filter(in));
            } else {
                throw in.unexpected();
            }
            if (events.size() > HAPPEN.size() + NEVER.size()) {
                throw XmlReader.malformed();
            }
        }
        if (events.isEmpty()) {
            throw XmlReader.malformed();
        }
        arn = XmlReader.needed(arn);
        if (arn.isEmpty() || arn.length() > MOST_ARN_CHARS) {
            throw argument("The ARN is not well formed");
        }
        if (id != null && id.length() > MOST_ID_CHARS) {
            throw argument("The Id of a configuration can not have more than 255 characters.");
        }
        Filter keys = filter == null ? new Filter(null, null) : filter;
        return new Target(
                kind, id == null ? "" : id, arn, events, keys.prefixOrAll(), keys.suffixOrAll());
    }

    private static String event(String event) {
        if (!HAPPEN.contains(event) && !NEVER.contains(event)) {
            throw argument("The event '" + event + "' is not supported for notifications");
        }
        return event;
    }

    private static Filter filter(XmlReader in) {
        Filter filter = null;
        while (in.next()) {
            if (!in.name().equals("S3Key")) {
                throw in.unexpected();
            }
            filter = XmlReader.once(filter, keyFilter(in));
        }
        return filter == null ? new Filter(null, null) : filter;
    }

    private static Filter keyFilter(XmlReader in) {
        String prefix = null;
        String suffix = null;
        while (in.next()) {
            if (!in.name().equals("FilterRule")) {
                throw in.unexpected();
            }
            Map.Entry<String, String> rule = filterRule(in);
            boolean first = rule.getKey().equalsIgnoreCase("prefix");
            if (!first && !rule.getKey().equalsIgnoreCase("suffix")) {
                throw argument("filter rule name must be either prefix or suffix");
            }
            if ((first ? prefix : suffix) != null) {
                throw argument("Cannot specify more than one prefix or suffix rule in a filter.");
            }
            if (first) {
                prefix = rule.getValue();
            } else {
                suffix = rule.getValue();
            }
        }
        return new Filter(prefix, suffix);
    }

    private static Map.Entry<String, String> filterRule(XmlReader in) {
        String name = null;
        String value = null;
        while (in.next()) {
            switch (in.name()) {
                case "Name" -> name = XmlReader.once(name, in.word());
                case "Value" -> value = XmlReader.once(value, in.text());
                default -> throw in.unexpected();
            }
        }
        if (value != null && value.length() > MOST_FILTER_CHARS) {
            throw argument("Size of filter rule value cannot exceed 1024 bytes");
        }
        return Map.entry(XmlReader.needed(name), XmlReader.needed(value));
    }

    /** The document that GetBucketNotificationConfiguration answers with. */
    public byte[] write() {
        XmlWriter out = XmlWriter.s3("NotificationConfiguration");
        for (Target target : targets) {
            out.open(target.kind().element)
                    .text("Id", target.id())
                    .text(target.kind().arnElement, target.arn());
            target.events().forEach(event -> out.text("Event", event));
            if (!target.prefix().isEmpty() || !target.suffix().isEmpty()) {
                out.open("Filter").open("S3Key");
                writeRule(out, "prefix", target.prefix());
                writeRule(out, "suffix", target.suffix());
                out.close().close();
            }
            out.close();
        }
        if (eventBridge) {
            out.open("EventBridgeConfiguration").close();
        }
        return out.end();
    }

    private static void writeRule(XmlWriter out, String name, String value) {
        if (!value.isEmpty()) {
            out.open("FilterRule").text("Name", name).text("Value", value).close();
        }
    }
}
