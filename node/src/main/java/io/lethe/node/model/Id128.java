package io.lethe.node.model;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.util.HexFormat;

/** A 128-bit identifier, written as 32 hex digits; ordered as an unsigned number. */
public record Id128(long high, long low) implements Comparable<Id128> {
    public static final int BYTES = 16;

    public static Id128 random(RandomSource random) {
        return new Id128(random.nextLong(), random.nextLong());
    }

    /**
     * @throws IllegalArgumentException when {@code hex} is not 32 hex digits
     */
    public static Id128 parse(String hex) {
        if (hex.length() != 32) {
            throw new IllegalArgumentException(
                    "an id has 32 hex digits, and this has " + hex.length());
        }
        return new Id128(
                HexFormat.fromHexDigitsToLong(hex, 0, 16),
                HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }

    public static Id128 decode(Decoder in) {
        return new Id128(in.i64(), in.i64());
    }

    public void encode(Encoder out) {
        out.i64(high).i64(low);
    }

    @Override
    public int compareTo(Id128 other) {
        int first = Long.compareUnsigned(high, other.high);
        return first != 0 ? first : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
