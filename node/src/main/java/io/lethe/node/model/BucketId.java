package io.lethe.node.model;

/** A bucket's identity: random 64 bits, never reused, independent of its name. */
public record BucketId(long value) {
    /**
     * The leading two bytes of every row key of this bucket, which spread buckets over partitions:
     * the top 16 bits of the id multiplied by 2^64 / golden ratio (Fibonacci hashing).
     */
    public int hash16() {
        return (int) ((value * 0x9E37_79B9_7F4A_7C15L) >>> 48);
    }

    @Override
    public String toString() {
        return java.util.HexFormat.of().toHexDigits(value);
    }
}
