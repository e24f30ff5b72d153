package io.lethe.node.s3;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Dates of HTTP headers (RFC 9110, 5.6.7): IMF-fixdate is written, and all three forms are read.
 * Static and pure.
 */
public final class HttpDates {
    /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    private static final DateTimeFormatter IMF =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH);

    /** {@code Sunday, 06-Nov-94 08:49:37 GMT}; two digits of a year count from 1970. */
    private static final DateTimeFormatter RFC_850 =
            new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.ENGLISH);

    /** {@code Sun Nov 6 08:49:37 1994}. */
    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH);

    private static final List<DateTimeFormatter> FORMS = List.of(IMF, RFC_850, ASCTIME);

    /** The longest form with the longest day has 33 characters. */
    private static final int MOST_CHARS = 40;

    private static final int DAY_MILLIS = 86_400_000;

    private static final int ISO_CHARS = "2009-10-12T17:50:30.000Z".length();

    private HttpDates() {}

    /** Milliseconds since 1970; empty where the text is none of the three forms. */
    public static Optional<Long> parse(String text) {
        if (text.length() > MOST_CHARS) {
            return Optional.empty();
        }
        // Some clients write the zone as +0000 or UTC.
        String gmt = text.replaceFirst("(\\+0000|UTC)$", "GMT");
        for (DateTimeFormatter form : FORMS) {
            try {
                return Optional.of(
                        LocalDateTime.parse(gmt, form).toInstant(ZoneOffset.UTC).toEpochMilli());
            } catch (DateTimeException e) {
                // The next form, then none.
            }
        }
        return Optional.empty();
    }

    /** IMF-fixdate, the second in which the moment lies. */
    public static String format(long millis) {
        return IMF.format(ZonedDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC));
    }

    /**
     * As in S3's XML: {@code 2009-10-12T17:50:30.000Z}. By hand, since listings have one for each
     * key.
     */
    public static String iso(long millis) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(millis, DAY_MILLIS));
        int rest = Math.floorMod(millis, DAY_MILLIS);
        StringBuilder out = new StringBuilder(ISO_CHARS);
        digits(out, day.getYear(), 4).append('-');
        digits(out, day.getMonthValue(), 2).append('-');
        digits(out, day.getDayOfMonth(), 2).append('T');
        digits(out, rest / 3_600_000, 2).append(':');
        digits(out, rest / 60_000 % 60, 2).append(':');
        digits(out, rest / 1_000 % 60, 2).append('.');
        return digits(out, rest % 1_000, 3).append('Z').toString();
    }

    private static StringBuilder digits(StringBuilder out, int value, int count) {
        int unit = 1;
        for (int i = 1; i < count; i++) {
            unit *= 10;
        }
        for (; unit > 0; unit /= 10) {
            out.append((char) ('0' + value / unit % 10));
        }
        return out;
    }

    /**
     * Reads ISO 8601 as S3's XML and policies have it; a date alone is its midnight in UTC.
     *
     * @return milliseconds since 1970; empty where the text is none
     */
    public static Optional<Long> parseIso(String text) {
        if (text.length() > MOST_CHARS) {
            return Optional.empty();
        }
        try {
            String whole = text.length() == 10 ? text + "T00:00:00Z" : text;
            return Optional.of(
                    ZonedDateTime.parse(whole, DateTimeFormatter.ISO_OFFSET_DATE_TIME)
                            .toInstant()
                            .toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
