package io.lethe.node.s3.xml;

import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Exception;
import java.util.Map;
import java.util.Optional;

/** Object Lock of a bucket, and what new versions get by default. */
public record ObjectLockConfiguration(Optional<DefaultRetention> defaultRetention) {
    public enum Mode {
        GOVERNANCE,
        COMPLIANCE
    }

    static final Map<String, Mode> MODES =
            Map.of("GOVERNANCE", Mode.GOVERNANCE, "COMPLIANCE", Mode.COMPLIANCE);

    /** A hundred years, as AWS. */
    private static final int MOST_DAYS = 36_500;

    private static final int MOST_YEARS = 100;

    /** Exactly one of days and years is above 0. */
    public record DefaultRetention(Mode mode, int days, int years) {}

    /**
     * @throws S3Exception MalformedXML, InvalidRetentionPeriod
     */
    public static ObjectLockConfiguration parse(byte[] body) {
        XmlReader in = XmlReader.open(body, "ObjectLockConfiguration");
        Boolean enabled = null;
        Optional<DefaultRetention> retention = null;
        while (in.next()) {
            switch (in.name()) {
                case "ObjectLockEnabled" ->
                        enabled = XmlReader.once(enabled, in.choice(Map.of("Enabled", true)));
                case "Rule" -> retention = XmlReader.once(retention, Optional.of(rule(in)));
                default -> throw in.unexpected();
            }
        }
        in.end();
        XmlReader.needed(enabled);
        return new ObjectLockConfiguration(retention == null ? Optional.empty() : retention);
    }

    private static DefaultRetention rule(XmlReader in) {
        DefaultRetention retention = null;
        while (in.next()) {
            if (!in.name().equals("DefaultRetention")) {
                throw in.unexpected();
            }
            retention = XmlReader.once(retention, retention(in));
        }
        return XmlReader.needed(retention);
    }

    private static DefaultRetention retention(XmlReader in) {
        Mode mode = null;
        Integer days = null;
        Integer years = null;
        while (in.next()) {
            switch (in.name()) {
                case "Mode" -> mode = XmlReader.once(mode, in.choice(MODES));
                case "Days" -> days = XmlReader.once(days, in.integer());
                case "Years" -> years = XmlReader.once(years, in.integer());
                default -> throw in.unexpected();
            }
        }
        if ((days == null) == (years == null)) {
            throw XmlReader.malformed();
        }
        return new DefaultRetention(
                XmlReader.needed(mode),
                days == null ? 0 : period(days, MOST_DAYS),
                years == null ? 0 : period(years, MOST_YEARS));
    }

    private static int period(int length, int most) {
        if (length < 1) {
            throw S3Error.INVALID_RETENTION_PERIOD.exception();
        }
        if (length > most) {
            throw S3Error.INVALID_RETENTION_PERIOD.because(
                    "Default retention period too large; " + most + " is the most");
        }
        return length;
    }

    /** The document that GetObjectLockConfiguration answers with. */
    public byte[] write() {
        XmlWriter out =
                XmlWriter.s3("ObjectLockConfiguration").text("ObjectLockEnabled", "Enabled");
        defaultRetention.ifPresent(
                kept -> {
                    out.open("Rule").open("DefaultRetention").text("Mode", kept.mode().name());
                    if (kept.days() > 0) {
                        out.number("Days", kept.days());
                    } else {
                        out.number("Years", kept.years());
                    }
                });
        return out.end();
    }
}
