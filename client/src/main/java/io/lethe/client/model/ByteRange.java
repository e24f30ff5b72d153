package io.lethe.client.model;

import java.util.OptionalLong;

/**
 * Which bytes are wanted; made by the static methods.
 *
 * @param startBytes offset of the first; empty for a suffix
 * @param endBytes offset of the last, inclusive; empty: to the end
 * @param suffixBytes how many at the end; empty for all others
 */
public record ByteRange(OptionalLong startBytes, OptionalLong endBytes, OptionalLong suffixBytes) {
    public ByteRange {
        if (startBytes.isPresent() == suffixBytes.isPresent()) {
            throw new IllegalArgumentException("a range has either a start or a suffix");
        }
        startBytes.ifPresent(start -> notNegative("start", start));
        suffixBytes.ifPresent(suffix -> notNegative("suffix", suffix));
        if (endBytes.isPresent() && endBytes.getAsLong() < startBytes.orElse(0)) {
            throw new IllegalArgumentException("a range's end must not lie before its start");
        }
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "a range's " + name + " is " + value + ", and must not be negative");
        }
    }

    /** From {@code startBytes} to the end. */
    public static ByteRange from(long startBytes) {
        return new ByteRange(
                OptionalLong.of(startBytes), OptionalLong.empty(), OptionalLong.empty());
    }

    /** From {@code startBytes} to {@code endBytes}, inclusive. */
    public static ByteRange of(long startBytes, long endBytes) {
        return new ByteRange(
                OptionalLong.of(startBytes), OptionalLong.of(endBytes), OptionalLong.empty());
    }

    /** The last {@code suffixBytes}. */
    public static ByteRange last(long suffixBytes) {
        return new ByteRange(
                OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(suffixBytes));
    }
}
