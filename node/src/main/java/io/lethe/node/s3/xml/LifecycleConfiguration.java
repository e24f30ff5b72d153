package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What happens to a bucket's objects as they grow old, valid as S3 says. */
public record LifecycleConfiguration(List<Rule> rules) {
    /** As S3. */
    public static final int MOST_RULES = 1000;

    private static final int MOST_ID_CHARS = 255;

    /**
     * One rule; at least one action is there.
     *
     * @param id empty where the client gave none
     */
    public record Rule(
            String id,
            boolean enabled,
            Filter filter,
            Optional<Expiration> expiration,
            Optional<NoncurrentExpiration> noncurrentExpiration,
            Optional<Integer> abortUploadsAfterDays,
            List<Transition> transitions,
            List<NoncurrentTransition> noncurrentTransitions) {
        public Rule {
            transitions = List.copyOf(transitions);
            noncurrentTransitions = List.copyOf(noncurrentTransitions);
        }
    }

    /**
     * Which objects; all of it must hold.
     *
     * @param legacy whether it was written as a bare Prefix, as before 2016
     */
    public record Filter(
            String prefix,
            List<Tagging.Tag> tags,
            Optional<Long> moreThanBytes,
            Optional<Long> lessThanBytes,
            boolean legacy) {
        public Filter {
            tags = List.copyOf(tags);
        }

        boolean bySize() {
            return moreThanBytes.isPresent() || lessThanBytes.isPresent();
        }
    }

    /** When current versions end. */
    public sealed interface Expiration {
        record AfterDays(int days) implements Expiration {}

        /** At midnight, UTC. */
        record OnDate(long millis) implements Expiration {}

        /** Not at all, but delete markers that hide nothing do. */
        record LoneDeleteMarkers() implements Expiration {}
    }

    /**
     * @param newerVersions that are kept besides, whatever their age; 0 for none
     */
    public record NoncurrentExpiration(int days, int newerVersions) {}

    /** Exactly one of days and date is there. */
    public record Transition(
            Optional<Integer> days, Optional<Long> dateMillis, String storageClass) {}

    public record NoncurrentTransition(int days, int newerVersions, String storageClass) {}

    public LifecycleConfiguration {
        rules = List.copyOf(rules);
    }

    /**
     * @throws S3Exception MalformedXML, InvalidArgument, InvalidRequest
     */
    public static LifecycleConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "LifecycleConfiguration");
        List<Rule> rules = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        while (in.next()) {
            if (!in.name().equals("Rule") || rules.size() == MOST_RULES) {
                throw in.unexpected();
            }
            Rule rule = new LifecycleRule().read(in);
            if (rule.id().length() > MOST_ID_CHARS) {
                throw argument("ID length should not exceed allowed limit of " + MOST_ID_CHARS);
            }
            if (!rule.id().isEmpty() && !ids.add(rule.id())) {
                throw argument("Rule ID must be unique. Found same ID for more than one rule");
            }
            rules.add(rule);
        }
        in.end();
        if (rules.isEmpty()) {
            throw XmlReader.malformed();
        }
        return new LifecycleConfiguration(rules);
    }

    static S3Exception argument(String message) {
        return S3Error.INVALID_ARGUMENT.because(message);
    }

    static final Map<String, Boolean> STATUS = Map.of("Enabled", true, "Disabled", false);

    /** The document that GetBucketLifecycleConfiguration answers with. */
    public byte[] write() {
        XmlWriter out = XmlWriter.s3("LifecycleConfiguration");
        for (Rule rule : rules) {
            out.open("Rule");
            writeExpirations(rule, out);
            out.text("ID", rule.id());
            writeFilter(rule.filter(), out);
            out.text("Status", rule.enabled() ? "Enabled" : "Disabled");
            for (Transition to : rule.transitions()) {
                out.open("Transition");
                to.days().ifPresent(days -> out.number("Days", days));
                to.dateMillis().ifPresent(millis -> out.date("Date", millis));
                out.text("StorageClass", to.storageClass()).close();
            }
            for (NoncurrentTransition to : rule.noncurrentTransitions()) {
                out.open("NoncurrentVersionTransition").number("NoncurrentDays", to.days());
                if (to.newerVersions() > 0) {
                    out.number("NewerNoncurrentVersions", to.newerVersions());
                }
                out.text("StorageClass", to.storageClass()).close();
            }
            out.close();
        }
        return out.end();
    }

    private static void writeExpirations(Rule rule, XmlWriter out) {
        rule.expiration()
                .ifPresent(
                        expiration -> {
                            out.open("Expiration");
                            switch (expiration) {
                                case Expiration.AfterDays(int days) -> out.number("Days", days);
                                case Expiration.OnDate(long millis) -> out.date("Date", millis);
                                case Expiration.LoneDeleteMarkers _ ->
                                        out.bool("ExpiredObjectDeleteMarker", true);
                            }
                            out.close();
                        });
        rule.noncurrentExpiration()
                .ifPresent(
                        old -> {
                            out.open("NoncurrentVersionExpiration")
                                    .number("NoncurrentDays", old.days());
                            if (old.newerVersions() > 0) {
                                out.number("NewerNoncurrentVersions", old.newerVersions());
                            }
                            out.close();
                        });
        rule.abortUploadsAfterDays()
                .ifPresent(
                        days ->
                                out.open("AbortIncompleteMultipartUpload")
                                        .number("DaysAfterInitiation", days)
                                        .close());
    }

    private static void writeFilter(Filter filter, XmlWriter out) {
        if (filter.legacy()) {
            out.text("Prefix", filter.prefix());
            return;
        }
        int parts =
                (filter.prefix().isEmpty() ? 0 : 1)
                        + filter.tags().size()
                        + (filter.moreThanBytes().isPresent() ? 1 : 0)
                        + (filter.lessThanBytes().isPresent() ? 1 : 0);
        out.open("Filter");
        if (parts > 1) {
            out.open("And");
        }
        if (!filter.prefix().isEmpty() || parts == 0) {
            out.text("Prefix", filter.prefix());
        }
        for (Tagging.Tag tag : filter.tags()) {
            out.open("Tag").text("Key", tag.key()).text("Value", tag.value()).close();
        }
        filter.moreThanBytes().ifPresent(bytes -> out.number("ObjectSizeGreaterThan", bytes));
        filter.lessThanBytes().ifPresent(bytes -> out.number("ObjectSizeLessThan", bytes));
        if (parts > 1) {
            out.close();
        }
        out.close();
    }
}
