package io.lethe.cli;

import java.time.Duration;
import java.util.Locale;

/** Sizes and times as people read them. */
final class Amounts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int STEP = 1024;

    /** Below this a number gets one decimal. */
    private static final int SHORT = 10;

    private Amounts() {}

    /** Such as {@code 1.2 GiB}; three digits at most. */
    static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        boolean decimal = unit > 0 && value < SHORT;
        return String.format(Locale.ROOT, decimal ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }

    /** Human or exact, as asked. */
    static String size(long bytes, boolean human) {
        return human ? size(bytes) : Long.toString(bytes);
    }

    /** Such as {@code 4:07} or {@code 1:02:33}. */
    static String time(long seconds) {
        Duration duration = Duration.ofSeconds(seconds);
        return duration.toHours() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d:%02d:%02d",
                        duration.toHours(),
                        duration.toMinutesPart(),
                        duration.toSecondsPart())
                : String.format(
                        Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }

    /** Part of a whole in per cent, rounded down; 0 of nothing. */
    static long percent(long part, long whole) {
        return whole <= 0 ? 0 : (long) (100.0 * part / whole);
    }
}
