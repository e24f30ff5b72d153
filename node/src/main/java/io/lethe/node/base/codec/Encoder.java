package io.lethe.node.base.codec;

import io.lethe.node.base.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes values in Lethe's row encoding: big-endian integers, unsigned LEB128 {@code varint}s,
 * strings and byte arrays behind a varint length. Growable; one thread.
 */
public final class Encoder {
    private byte[] buffer;
    private int length;

    public Encoder() {
        this(128);
    }

    public Encoder(int expectedBytes) {
        buffer = new byte[Math.max(16, expectedBytes)];
    }

    private int reserve(int bytes) {
        int at = length;
        if (buffer.length - at < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, Math.addExact(at, bytes)));
        }
        length = at + bytes;
        return at;
    }

    public Encoder u8(int value) {
        int at = reserve(1);
        // Only now: reserving may have replaced the buffer.
        buffer[at] = (byte) value;
        return this;
    }

    public Encoder bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    public Encoder i32(int value) {
        int at = reserve(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            buffer[at++] = (byte) (value >>> shift);
        }
        return this;
    }

    public Encoder i64(long value) {
        int at = reserve(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[at++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** Unsigned LEB128, 1 to 10 bytes. */
    public Encoder varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            u8((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        return u8((int) rest);
    }

    /** The bytes alone, without a length. */
    public Encoder raw(byte[] source) {
        return raw(source, 0, source.length);
    }

    public Encoder raw(byte[] source, int offset, int count) {
        int at = reserve(count);
        System.arraycopy(source, offset, buffer, at, count);
        return this;
    }

    public Encoder raw(Bytes source) {
        return raw(source.unsafeArray());
    }

    /** A varint length, then the bytes. */
    public Encoder bytes(byte[] source) {
        return varint(source.length).raw(source);
    }

    public Encoder bytes(Bytes source) {
        return bytes(source.unsafeArray());
    }

    public Encoder string(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return length;
    }

    public byte[] toArray() {
        return Arrays.copyOf(buffer, length);
    }

    public Bytes toBytes() {
        return Bytes.wrap(toArray());
    }
}
