package io.lethe.node.s3.xml;

import static io.lethe.node.s3.xml.LifecycleConfiguration.argument;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.xml.LifecycleConfiguration.Expiration;
import io.lethe.node.s3.xml.LifecycleConfiguration.Filter;
import io.lethe.node.s3.xml.LifecycleConfiguration.NoncurrentExpiration;
import io.lethe.node.s3.xml.LifecycleConfiguration.NoncurrentTransition;
import io.lethe.node.s3.xml.LifecycleConfiguration.Rule;
import io.lethe.node.s3.xml.LifecycleConfiguration.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one rule of a lifecycle and checks it. One use, one thread. */
final class LifecycleRule {
    private static final long DAY_MILLIS = 24 * 60 * 60 * 1000L;

    /** As S3. */
    private static final int MOST_NEWER_VERSIONS = 100;

    /** More would be more than there are storage classes. */
    private static final int MOST_TRANSITIONS = 16;

    /** As S3: 50 TB, more than any object has. */
    private static final long MOST_SIZE_BYTES = 50L << 40;

    private @Nullable String id;
    private @Nullable Boolean enabled;
    private @Nullable Filter filter;
    private @Nullable String prefix;
    private @Nullable Expiration expiration;
    private @Nullable NoncurrentExpiration noncurrent;
    private @Nullable Integer abortDays;
    private final List<Transition> transitions = new ArrayList<>();
    private final List<NoncurrentTransition> noncurrentTransitions = new ArrayList<>();

    Rule read(XmlReader in) {
        while (in.next()) {
            switch (in.name()) {
                case "ID" -> id = XmlReader.once(id, in.text());
                case "Prefix" -> prefix = XmlReader.once(prefix, in.text());
                case "Filter" -> filter = XmlReader.once(filter, filter(in));
                case "Status" ->
                        enabled = XmlReader.once(enabled, in.choice(LifecycleConfiguration.STATUS));
                case "Expiration" -> expiration = XmlReader.once(expiration, expiration(in));
                case "NoncurrentVersionExpiration" ->
                        noncurrent = XmlReader.once(noncurrent, noncurrent(in));
                case "AbortIncompleteMultipartUpload" ->
                        abortDays = XmlReader.once(abortDays, abortDays(in));
                case "Transition" -> transitions.add(transition(in));
                case "NoncurrentVersionTransition" ->
                        noncurrentTransitions.add(noncurrentTransition(in));
                default -> throw in.unexpected();
            }
            if (transitions.size() + noncurrentTransitions.size() > MOST_TRANSITIONS) {
                throw XmlReader.malformed();
            }
        }
        // One of the two, the old way to say it or the new one.
        if ((prefix == null) == (filter == null)) {
            throw XmlReader.malformed();
        }
        Filter which =
                prefix == null
                        ? XmlReader.needed(filter)
                        : new Filter(prefix, List.of(), Optional.empty(), Optional.empty(), true);
        Rule rule =
                new Rule(
                        id == null ? "" : id,
                        XmlReader.needed(enabled),
                        which,
                        Optional.ofNullable(expiration),
                        Optional.ofNullable(noncurrent),
                        Optional.ofNullable(abortDays),
                        transitions,
                        noncurrentTransitions);
        check(rule);
        return rule;
    }

    private static void check(Rule rule) {
        boolean acts =
                rule.expiration().isPresent()
                        || rule.noncurrentExpiration().isPresent()
                        || rule.abortUploadsAfterDays().isPresent()
                        || !rule.transitions().isEmpty()
                        || !rule.noncurrentTransitions().isEmpty();
        if (!acts) {
            throw S3Error.INVALID_REQUEST.because(
                    "At least one action needs to be specified in a rule");
        }
        boolean tagged = !rule.filter().tags().isEmpty();
        if (rule.abortUploadsAfterDays().isPresent() && (tagged || rule.filter().bySize())) {
            throw S3Error.INVALID_REQUEST.because(
                    "AbortIncompleteMultipartUpload cannot be specified with "
                            + (tagged ? "Tags" : "object size")
                            + ".");
        }
        if (rule.expiration().orElse(null) instanceof Expiration.LoneDeleteMarkers && tagged) {
            throw S3Error.INVALID_REQUEST.because(
                    "ExpiredObjectDeleteMarker cannot be specified with Tags.");
        }
        if (rule.filter().legacy() && keepsNewer(rule)) {
            throw S3Error.INVALID_REQUEST.because(
                    "NewerNoncurrentVersions needs a Filter element; Prefix alone is the old"
                            + " form.");
        }
        if (rule.expiration().orElse(null) instanceof Expiration.AfterDays(int days)) {
            for (Transition to : rule.transitions()) {
                if (to.days().isPresent() && to.days().get() >= days) {
                    throw argument(
                            "'Days' in the Expiration action for prefix '"
                                    + rule.filter().prefix()
                                    + "' must be greater than 'Days' in the Transition action");
                }
            }
        }
    }

    private static boolean keepsNewer(Rule rule) {
        return rule.noncurrentExpiration().filter(one -> one.newerVersions() > 0).isPresent()
                || rule.noncurrentTransitions().stream().anyMatch(one -> one.newerVersions() > 0);
    }

    /** What stands in a filter, or in its And. */
    private static final class Parts {
        @Nullable String prefix;
        @Nullable Long moreThanBytes;
        @Nullable Long lessThanBytes;
        final List<Tagging.Tag> tags = new ArrayList<>();
        int count;

        boolean read(XmlReader in) {
            switch (in.name()) {
                case "Prefix" -> prefix = XmlReader.once(prefix, in.text());
                case "Tag" -> tags.add(Tagging.tag(in));
                case "ObjectSizeGreaterThan" ->
                        moreThanBytes = XmlReader.once(moreThanBytes, in.number());
                case "ObjectSizeLessThan" ->
                        lessThanBytes = XmlReader.once(lessThanBytes, in.number());
                default -> {
                    return false;
                }
            }
            count++;
            return true;
        }

        Filter filter() {
            Tagging.checked(tags, Tagging.MOST_OBJECT_TAGS, "Object");
            checkSizes();
            return new Filter(
                    prefix == null ? "" : prefix,
                    tags,
                    Optional.ofNullable(moreThanBytes),
                    Optional.ofNullable(lessThanBytes),
                    false);
        }

        private void checkSizes() {
            long more = moreThanBytes == null ? 0 : moreThanBytes;
            long less = lessThanBytes == null ? MOST_SIZE_BYTES : lessThanBytes;
            if (more < 0 || less < 1 || more > MOST_SIZE_BYTES || less > MOST_SIZE_BYTES) {
                throw argument(
                        "'ObjectSizeGreaterThan' and 'ObjectSizeLessThan' are sizes of"
                                + " objects in bytes");
            }
            if (moreThanBytes != null && lessThanBytes != null && more >= less) {
                throw S3Error.INVALID_REQUEST.because(
                        "'ObjectSizeLessThan' has to be a value greater than"
                                + " 'ObjectSizeGreaterThan'");
            }
        }
    }

    private static Filter filter(XmlReader in) {
        Parts alone = new Parts();
        Parts and = null;
        while (in.next()) {
            if (in.name().equals("And")) {
                and = XmlReader.once(and, and(in));
            } else if (!alone.read(in)) {
                throw in.unexpected();
            }
        }
        if (alone.count > (and == null ? 1 : 0)) {
            throw XmlReader.malformed();
        }
        return and == null ? alone.filter() : and.filter();
    }

    private static Parts and(XmlReader in) {
        Parts parts = new Parts();
        while (in.next()) {
            if (!parts.read(in)) {
                throw in.unexpected();
            }
        }
        if (parts.count < 2) {
            throw XmlReader.malformed();
        }
        return parts;
    }

    private static Expiration expiration(XmlReader in) {
        Expiration expiration = null;
        while (in.next()) {
            switch (in.name()) {
                case "Days" ->
                        expiration =
                                XmlReader.once(
                                        expiration,
                                        new Expiration.AfterDays(
                                                positive(in.integer(), "Days", "Expiration")));
                case "Date" ->
                        expiration =
                                XmlReader.once(expiration, new Expiration.OnDate(midnight(in)));
                case "ExpiredObjectDeleteMarker" -> {
                    if (in.bool()) {
                        expiration = XmlReader.once(expiration, new Expiration.LoneDeleteMarkers());
                    }
                }
                default -> throw in.unexpected();
            }
        }
        return XmlReader.needed(expiration);
    }

    private static NoncurrentExpiration noncurrent(XmlReader in) {
        Integer days = null;
        Integer newer = null;
        while (in.next()) {
            switch (in.name()) {
                case "NoncurrentDays" -> days = XmlReader.once(days, in.integer());
                case "NewerNoncurrentVersions" -> newer = XmlReader.once(newer, in.integer());
                default -> throw in.unexpected();
            }
        }
        return new NoncurrentExpiration(
                positive(XmlReader.needed(days), "NoncurrentDays", "NoncurrentVersionExpiration"),
                newer == null ? 0 : newer(newer, "NoncurrentVersionExpiration"));
    }

    private static int abortDays(XmlReader in) {
        Integer days = null;
        while (in.next()) {
            if (!in.name().equals("DaysAfterInitiation")) {
                throw in.unexpected();
            }
            days = XmlReader.once(days, in.integer());
        }
        return positive(
                XmlReader.needed(days), "DaysAfterInitiation", "AbortIncompleteMultipartUpload");
    }

    private static Transition transition(XmlReader in) {
        Integer days = null;
        Long date = null;
        String storageClass = null;
        while (in.next()) {
            switch (in.name()) {
                case "Days" -> days = XmlReader.once(days, in.integer());
                case "Date" -> date = XmlReader.once(date, midnight(in));
                case "StorageClass" -> storageClass = XmlReader.once(storageClass, in.word());
                default -> throw in.unexpected();
            }
        }
        if ((days == null) == (date == null)) {
            throw XmlReader.malformed();
        }
        if (days != null && days < 0) {
            throw argument("'Days' in Transition action must be nonnegative");
        }
        return new Transition(
                Optional.ofNullable(days), Optional.ofNullable(date), storageClass(storageClass));
    }

    private static NoncurrentTransition noncurrentTransition(XmlReader in) {
        Integer days = null;
        Integer newer = null;
        String storageClass = null;
        while (in.next()) {
            switch (in.name()) {
                case "NoncurrentDays" -> days = XmlReader.once(days, in.integer());
                case "NewerNoncurrentVersions" -> newer = XmlReader.once(newer, in.integer());
                case "StorageClass" -> storageClass = XmlReader.once(storageClass, in.word());
                default -> throw in.unexpected();
            }
        }
        int known = XmlReader.needed(days);
        if (known < 0) {
            throw argument(
                    "'NoncurrentDays' in NoncurrentVersionTransition action must be nonnegative");
        }
        return new NoncurrentTransition(
                known,
                newer == null ? 0 : newer(newer, "NoncurrentVersionTransition"),
                storageClass(storageClass));
    }

    private static String storageClass(@Nullable String name) {
        String known = XmlReader.needed(name);
        if (known.isEmpty()) {
            throw XmlReader.malformed();
        }
        return known;
    }

    private static long midnight(XmlReader in) {
        long millis = in.date();
        if (Math.floorMod(millis, DAY_MILLIS) != 0) {
            throw argument("'Date' must be at midnight GMT");
        }
        return millis;
    }

    private static int positive(int value, String name, String action) {
        if (value < 1) {
            throw argument("'" + name + "' for " + action + " action must be a positive integer");
        }
        return value;
    }

    private static int newer(int value, String action) {
        if (value < 1 || value > MOST_NEWER_VERSIONS) {
            throw argument(
                    "'NewerNoncurrentVersions' for "
                            + action
                            + " action must be an integer from 1 to "
                            + MOST_NEWER_VERSIONS);
        }
        return value;
    }
}
