package io.lethe.node.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable string of bytes, ordered as unsigned bytes from left to right: the order of RocksDB
 * and of S3 listings. Safe for any thread.
 */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;
    private int hash;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Copies {@code source}. */
    public static Bytes copyOf(byte[] source) {
        return new Bytes(source.clone());
    }

    /** Takes {@code source} over without a copy; the caller must not change it afterwards. */
    public static Bytes wrap(byte[] source) {
        return source.length == 0 && EMPTY != null ? EMPTY : new Bytes(source);
    }

    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public static Bytes hex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex));
    }

    public int length() {
        return array.length;
    }

    public boolean isEmpty() {
        return array.length == 0;
    }

    public byte at(int index) {
        return array[index];
    }

    /** A copy that the caller may keep and change. */
    public byte[] toArray() {
        return array.clone();
    }

    /**
     * The array itself, without a copy: for hand-over to codecs and native calls, never to be
     * changed.
     */
    public byte[] unsafeArray() {
        return array;
    }

    public boolean startsWith(Bytes prefix) {
        return array.length >= prefix.array.length
                && Arrays.equals(
                        array, 0, prefix.array.length, prefix.array, 0, prefix.array.length);
    }

    public Bytes slice(int from, int to) {
        return wrap(Arrays.copyOfRange(array, from, to));
    }

    public Bytes plus(Bytes tail) {
        byte[] both = Arrays.copyOf(array, array.length + tail.array.length);
        System.arraycopy(tail.array, 0, both, array.length, tail.array.length);
        return wrap(both);
    }

    /**
     * The least string greater than every string that starts with this one, or {@link #EMPTY} where
     * there is none (all bytes 0xff), which callers read as "no upper bound".
     */
    public Bytes prefixEnd() {
        for (int last = array.length - 1; last >= 0; last--) {
            if (array[last] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(array, last + 1);
                end[last]++;
                return wrap(end);
            }
        }
        return EMPTY;
    }

    public String utf8() {
        return new String(array, StandardCharsets.UTF_8);
    }

    public String hex() {
        return HexFormat.of().formatHex(array);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(array, that.array);
    }

    @Override
    public int hashCode() {
        if (hash == 0) {
            hash = Arrays.hashCode(array);
        }
        return hash;
    }

    /** Hex, cut at 32 bytes: for messages. */
    @Override
    public String toString() {
        return array.length <= 32 ? hex() : slice(0, 32).hex() + "…(" + array.length + " bytes)";
    }
}
