package io.lethe.node.base.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A size in bytes, written as {@code 4096}, {@code 16KiB}, {@code 64MiB}, {@code 1GiB}, {@code
 * 2TiB}.
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18}) ?(B|KiB|MiB|GiB|TiB)?");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final int STEP = 1024;

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size of " + bytes + " bytes is negative");
        }
    }

    /**
     * @throws IllegalArgumentException saying how sizes are written
     */
    public static ByteSize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no size; write a whole number and B, KiB, MiB, GiB or TiB");
        }
        long bytes = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        try {
            for (int i = 0; !UNITS[i].equals(unit); i++) {
                bytes = Math.multiplyExact(bytes, STEP);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is more than 8 EiB", e);
        }
        return new ByteSize(bytes);
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** In the greatest unit that divides it. */
    @Override
    public String toString() {
        long value = bytes;
        int unit = 0;
        while (value != 0 && value % STEP == 0 && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        return value + UNITS[unit];
    }
}
