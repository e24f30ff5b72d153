package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One inventory of a bucket, valid as S3 says; and the list of all that a bucket has.
 *
 * @param bucket where reports go, by name
 * @param account of its owner, as the client wrote it; may be empty
 * @param format as S3 names it
 * @param allVersions false: current objects only
 */
public record InventoryConfiguration(
        String id,
        boolean enabled,
        String bucket,
        String account,
        String destinationPrefix,
        String format,
        String prefix,
        boolean allVersions,
        boolean weekly,
        List<String> fields) {
    /** As S3, of a bucket. */
    public static final int MOST = 1_000;

    private static final String ROOT = "InventoryConfiguration";
    private static final String LIST = "ListInventoryConfigurationsResult";
    private static final String ARN = "arn:aws:s3:::";
    private static final int MOST_ID_CHARS = 64;
    private static final int MOST_PREFIX_CHARS = 512;
    private static final int MOST_FIELDS = 32;

    private static final Map<String, Boolean> WEEKLY = Map.of("Daily", false, "Weekly", true);
    private static final Map<String, Boolean> ALL = Map.of("Current", false, "All", true);

    public InventoryConfiguration {
        fields = List.copyOf(fields);
    }

    /** Reads one. */
    public static InventoryConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, ROOT);
        InventoryConfiguration one = new Reading().read(in);
        in.end();
        return one;
    }

    /** Reads what {@link #writeAll} wrote. */
    public static List<InventoryConfiguration> parseAll(byte[] document) {
        XmlReader in = XmlReader.open(document, LIST);
        List<InventoryConfiguration> all = new ArrayList<>();
        while (in.next()) {
            switch (in.name()) {
                case ROOT -> all.add(new Reading().read(in));
                case "IsTruncated" -> {
                    boolean _ = in.bool();
                }
                default -> throw in.unexpected();
            }
        }
        in.end();
        return all;
    }

    /** What is read of one, element by element. */
    private static final class Reading {
        private @Nullable String id;
        private @Nullable Boolean enabled;
        private @Nullable String bucket;
        private @Nullable String account;
        private @Nullable String destinationPrefix;
        private @Nullable String format;
        private @Nullable String prefix;
        private @Nullable Boolean allVersions;
        private @Nullable Boolean weekly;
        private final List<String> fields = new ArrayList<>();

        InventoryConfiguration read(XmlReader in) {
            while (in.next()) {
                switch (in.name()) {
                    case "Id" -> id = XmlReader.once(id, in.word());
                    case "IsEnabled" -> enabled = XmlReader.once(enabled, in.bool());
                    case "IncludedObjectVersions" ->
                            allVersions = XmlReader.once(allVersions, in.choice(ALL));
                    case "Destination" -> destination(in);
                    case "Filter" -> filter(in);
                    case "Schedule" -> schedule(in);
                    case "OptionalFields" -> fields(in);
                    default -> throw in.unexpected();
                }
            }
            String name = XmlReader.needed(id);
            String to = XmlReader.needed(bucket);
            if (name.isEmpty() || name.length() > MOST_ID_CHARS || !to.startsWith(ARN)) {
                throw S3Error.INVALID_ARGUMENT.because(
                        "An inventory has an Id of 1 to 64 characters, and its destination is "
                                + ARN
                                + "BUCKET");
            }
            return new InventoryConfiguration(
                    name,
                    XmlReader.needed(enabled),
                    to.substring(ARN.length()),
                    account == null ? "" : account,
                    bounded(destinationPrefix),
                    XmlReader.needed(format),
                    bounded(prefix),
                    XmlReader.needed(allVersions),
                    XmlReader.needed(weekly),
                    fields);
        }

        private static String bounded(@Nullable String prefix) {
            if (prefix != null && prefix.length() > MOST_PREFIX_CHARS) {
                throw XmlReader.malformed();
            }
            return prefix == null ? "" : prefix;
        }

        private void destination(XmlReader in) {
            while (in.next()) {
                if (!in.name().equals("S3BucketDestination")) {
                    throw in.unexpected();
                }
                while (in.next()) {
                    switch (in.name()) {
                        case "Bucket" -> bucket = XmlReader.once(bucket, in.word());
                        case "AccountId" -> account = XmlReader.once(account, in.word());
                        case "Format" -> format = XmlReader.once(format, in.word());
                        case "Prefix" ->
                                destinationPrefix = XmlReader.once(destinationPrefix, in.text());
                        case "Encryption" -> encryption(in);
                        default -> throw in.unexpected();
                    }
                }
            }
        }

        private void encryption(XmlReader in) {
            while (in.next()) {
                if (in.name().equals("SSE-S3")) {
                    // Which every object has here.
                    in.empty();
                } else {
                    throw S3Error.NOT_IMPLEMENTED.because(
                            "Inventories are encrypted as all objects are.");
                }
            }
        }

        private void filter(XmlReader in) {
            while (in.next()) {
                if (!in.name().equals("Prefix")) {
                    throw in.unexpected();
                }
                prefix = XmlReader.once(prefix, in.text());
            }
        }

        private void schedule(XmlReader in) {
            while (in.next()) {
                if (!in.name().equals("Frequency")) {
                    throw in.unexpected();
                }
                weekly = XmlReader.once(weekly, in.choice(WEEKLY));
            }
        }

        private void fields(XmlReader in) {
            while (in.next()) {
                if (!in.name().equals("Field") || fields.size() == MOST_FIELDS) {
                    throw in.unexpected();
                }
                fields.add(in.word());
            }
        }
    }

    /** The document that GetBucketInventoryConfiguration answers with. */
    public XmlWriter write() {
        XmlWriter out = XmlWriter.s3(ROOT);
        writeFields(out);
        return out;
    }

    /** The document that ListBucketInventoryConfigurations answers with. */
    public static XmlWriter writeAll(List<InventoryConfiguration> all) {
        XmlWriter out = XmlWriter.s3(LIST);
        for (InventoryConfiguration one : all) {
            out.open(ROOT);
            one.writeFields(out);
            out.close();
        }
        return out.bool("IsTruncated", false);
    }

    private void writeFields(XmlWriter out) {
        out.open("Destination").open("S3BucketDestination");
        if (!account.isEmpty()) {
            out.text("AccountId", account);
        }
        out.text("Bucket", ARN + bucket).text("Format", format);
        if (!destinationPrefix.isEmpty()) {
            out.text("Prefix", destinationPrefix);
        }
        out.close().close().bool("IsEnabled", enabled);
        if (!prefix.isEmpty()) {
            out.open("Filter").text("Prefix", prefix).close();
        }
        out.text("Id", id).text("IncludedObjectVersions", allVersions ? "All" : "Current");
        if (!fields.isEmpty()) {
            out.open("OptionalFields");
            fields.forEach(field -> out.text("Field", field));
            out.close();
        }
        out.open("Schedule").text("Frequency", weekly ? "Weekly" : "Daily").close();
    }
}
