package io.lethe.node.s3.xml;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a bucket's access log goes; empty for nowhere. */
public record BucketLoggingStatus(Optional<Target> target) {
    /** How the keys of log objects look. */
    public enum KeyFormat {
        /** {@code prefix yyyy-MM-dd-hh-mm-ss-random}. */
        SIMPLE,
        /** Folders by account, region, bucket and the date of the events. */
        BY_EVENT_TIME,
        /** The same by the date of delivery. */
        BY_DELIVERY_TIME
    }

    private static final Map<String, KeyFormat> SOURCES =
            Map.of(
                    "EventTime", KeyFormat.BY_EVENT_TIME,
                    "DeliveryTime", KeyFormat.BY_DELIVERY_TIME);

    /** As S3: a key's own bound, less what follows the prefix. */
    private static final int MOST_PREFIX_CHARS = 800;

    public record Target(
            String bucket,
            String prefix,
            List<AccessControlPolicy.Grant> grants,
            KeyFormat keyFormat) {
        public Target {
            grants = List.copyOf(grants);
        }
    }

    public static BucketLoggingStatus parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "BucketLoggingStatus");
        Target target = null;
        while (in.next()) {
            if (!in.name().equals("LoggingEnabled")) {
                throw in.unexpected();
            }
            target = XmlReader.once(target, target(in));
        }
        in.end();
        return new BucketLoggingStatus(Optional.ofNullable(target));
    }

    private static Target target(XmlReader in) {
        String bucket = null;
        String prefix = null;
        List<AccessControlPolicy.Grant> grants = null;
        KeyFormat format = null;
        while (in.next()) {
            switch (in.name()) {
                case "TargetBucket" -> bucket = XmlReader.once(bucket, in.word());
                case "TargetPrefix" -> prefix = XmlReader.once(prefix, in.text());
                case "TargetGrants" ->
                        grants = XmlReader.once(grants, AccessControlPolicy.grants(in));
                case "TargetObjectKeyFormat" -> format = XmlReader.once(format, format(in));
                default -> throw in.unexpected();
            }
        }
        bucket = XmlReader.needed(bucket);
        prefix = XmlReader.needed(prefix);
        if (bucket.isEmpty() || prefix.length() > MOST_PREFIX_CHARS) {
            throw XmlReader.malformed();
        }
        return new Target(
                bucket,
                prefix,
                grants == null ? List.of() : grants,
                format == null ? KeyFormat.SIMPLE : format);
    }

    private static KeyFormat format(XmlReader in) {
        KeyFormat format = null;
        while (in.next()) {
            switch (in.name()) {
                case "SimplePrefix" -> {
                    in.empty();
                    format = XmlReader.once(format, KeyFormat.SIMPLE);
                }
                case "PartitionedPrefix" -> format = XmlReader.once(format, partitioned(in));
                default -> throw in.unexpected();
            }
        }
        return XmlReader.needed(format);
    }

    private static KeyFormat partitioned(XmlReader in) {
        KeyFormat format = null;
        while (in.next()) {
            if (!in.name().equals("PartitionDateSource")) {
                throw in.unexpected();
            }
            format = XmlReader.once(format, in.choice(SOURCES));
        }
        return format == null ? KeyFormat.BY_EVENT_TIME : format;
    }

    /** The document that GetBucketLogging answers with. */
    public byte[] write() {
        XmlWriter out = XmlWriter.s3("BucketLoggingStatus");
        target.ifPresent(
                to -> {
                    out.open("LoggingEnabled")
                            .text("TargetBucket", to.bucket())
                            .text("TargetPrefix", to.prefix());
                    if (to.keyFormat() != KeyFormat.SIMPLE) {
                        boolean event = to.keyFormat() == KeyFormat.BY_EVENT_TIME;
                        out.open("TargetObjectKeyFormat")
                                .open("PartitionedPrefix")
                                .text("PartitionDateSource", event ? "EventTime" : "DeliveryTime")
                                .close()
                                .close();
                    }
                });
        return out.end();
    }
}
