package io.lethe.node.base.codec;

import io.lethe.node.base.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link Encoder} wrote. Every fault is a {@link CorruptEncoding}; never reads past the
 * end.
 */
public final class Decoder {
    /** The bytes are not what the format says. */
    public static final class CorruptEncoding extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CorruptEncoding(String message) {
            super(message);
        }
    }

    private final byte[] buffer;
    private final int end;
    private int at;

    public Decoder(byte[] buffer) {
        this(buffer, 0, buffer.length);
    }

    public Decoder(Bytes source) {
        this(source.unsafeArray());
    }

    public Decoder(byte[] buffer, int offset, int length) {
        this.buffer = buffer;
        this.at = offset;
        this.end = offset + length;
    }

    private int take(long bytes) {
        if (bytes < 0 || bytes > end - at) {
            throw new CorruptEncoding(
                    "wanted " + bytes + " bytes at " + at + ", and " + (end - at) + " are left");
        }
        int from = at;
        at += (int) bytes;
        return from;
    }

    public int u8() {
        return buffer[take(1)] & 0xff;
    }

    public boolean bool() {
        int value = u8();
        if (value > 1) {
            throw new CorruptEncoding("a boolean is " + value);
        }
        return value == 1;
    }

    public int i32() {
        int from = take(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (buffer[from + i] & 0xff);
        }
        return value;
    }

    public long i64() {
        int from = take(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (buffer[from + i] & 0xff);
        }
        return value;
    }

    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new CorruptEncoding("a varint is longer than 10 bytes");
    }

    /** A varint that must lie in {@code [0, most]}: for counts, so that memory stays bounded. */
    public int count(int most) {
        long value = varint();
        if (value < 0 || value > most) {
            throw new CorruptEncoding("a count is " + value + ", and " + most + " is the most");
        }
        return (int) value;
    }

    public byte[] raw(int length) {
        int from = take(length);
        return Arrays.copyOfRange(buffer, from, from + length);
    }

    public Bytes bytes() {
        return Bytes.wrap(raw(count(end - at)));
    }

    public String string() {
        return new String(raw(count(end - at)), StandardCharsets.UTF_8);
    }

    public int remaining() {
        return end - at;
    }

    /** Throws unless everything was read. */
    public void end() {
        if (at != end) {
            throw new CorruptEncoding((end - at) + " bytes are left over");
        }
    }
}
