package io.lethe.node.tenant.policy;

import io.lethe.node.base.Bytes;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;

/** Numbers, dates, booleans and binaries as policies and requests write them. Pure. */
final class PolicyScalars {
    /** Longest number, in characters: twice what 128 bits take. */
    private static final int MOST_NUMBER_LENGTH = 80;

    /** Longest date, in characters: nanoseconds and an offset with seconds fit. */
    private static final int MOST_DATE_LENGTH = 48;

    /** Most digits of seconds since 1970: far past what Instant holds would fail. */
    private static final int MOST_EPOCH_DIGITS = 15;

    private static final int YEAR_LENGTH = 4;
    private static final int MONTH_LENGTH = 7;
    private static final int DAY_LENGTH = 10;

    private PolicyScalars() {}

    static Optional<BigDecimal> number(String text) {
        if (text.length() > MOST_NUMBER_LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException broken) {
            return Optional.empty();
        }
    }

    /**
     * ISO 8601 as W3C profiles it (a year, a month, a day, or a time with its zone), or seconds
     * since 1970. Four digits are a year.
     */
    static Optional<Instant> date(String text) {
        if (text.isEmpty() || text.length() > MOST_DATE_LENGTH) {
            return Optional.empty();
        }
        try {
            if (isEpoch(text)) {
                return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
            }
            return Optional.of(
                    switch (text.length()) {
                        case YEAR_LENGTH -> start(Year.parse(text).atDay(1));
                        case MONTH_LENGTH -> start(YearMonth.parse(text).atDay(1));
                        case DAY_LENGTH -> start(LocalDate.parse(text));
                        default -> OffsetDateTime.parse(text).toInstant();
                    });
        } catch (DateTimeException broken) {
            return Optional.empty();
        }
    }

    private static boolean isEpoch(String text) {
        int start = text.charAt(0) == '-' ? 1 : 0;
        int digits = text.length() - start;
        return digits > 0
                && digits <= MOST_EPOCH_DIGITS
                && text.length() != YEAR_LENGTH
                && text.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    static Optional<Boolean> bool(String text) {
        if (text.equalsIgnoreCase("true")) {
            return Optional.of(true);
        }
        return text.equalsIgnoreCase("false") ? Optional.of(false) : Optional.empty();
    }

    static Optional<Bytes> binary(String base64) {
        try {
            return Optional.of(Bytes.wrap(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException broken) {
            return Optional.empty();
        }
    }
}
