package io.lethe.system;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What one write put under a key: bytes that say which write of which key they are, and of which no
 * two writes share a piece. Never held in memory as a whole.
 *
 * <pre>
 * 0  8  hash of the key
 * 8  8  number of the write, from 1
 * 16 8  length of all
 * 24    random bytes, by a seed made of these three
 * </pre>
 *
 * @param number of the write among those of its key
 */
record Written(String key, int number, long sizeBytes) {
    static final int HEAD_BYTES = 24;

    /** Lengths tell the writes of a key apart: what a listing shows is thus one of them. */
    static final int MOST_WRITES = 64;

    private static final int STEP = 64 * 1024;

    Written {
        if (number < 1 || number >= MOST_WRITES || sizeBytes < HEAD_BYTES) {
            throw new IllegalArgumentException(key + ", write " + number + ", " + sizeBytes);
        }
    }

    /**
     * About so long.
     *
     * @param bytes of {@link #MOST_WRITES} at least
     */
    static Written about(String key, int number, long bytes) {
        return new Written(key, number, bytes / MOST_WRITES * MOST_WRITES + number);
    }

    /** Which write left an object of this length. */
    static int numberOf(long sizeBytes) {
        return (int) (sizeBytes % MOST_WRITES);
    }

    private static long hash(String key) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    private Contents rest() {
        long seed = hash(key) + 0x9E3779B97F4A7C15L * (sizeBytes * MOST_WRITES + number);
        return new Contents(seed, sizeBytes - HEAD_BYTES);
    }

    InputStream stream() {
        byte[] head =
                ByteBuffer.allocate(HEAD_BYTES)
                        .putLong(hash(key))
                        .putLong(number)
                        .putLong(sizeBytes)
                        .array();
        return new SequenceInputStream(new ByteArrayInputStream(head), rest().stream());
    }

    /** From an offset on, so many bytes at most. */
    InputStream stream(long from, long length) throws IOException {
        InputStream all = stream();
        all.skipNBytes(from);
        return new InputStream() {
            private long left = length;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int got = all.read(target, offset, (int) Math.min(count, left));
                left -= Math.max(0, got);
                return got;
            }
        };
    }

    /**
     * Compares all that comes with what was written; empty: the same.
     *
     * @throws IOException as {@code actual} does
     */
    Optional<String> difference(long from, long length, InputStream actual) throws IOException {
        InputStream expected = stream(from, length);
        for (long at = from; ; ) {
            byte[] wanted = expected.readNBytes(STEP);
            byte[] got = actual.readNBytes(STEP);
            int differs = Arrays.mismatch(wanted, got);
            if (differs >= 0) {
                return Optional.of(
                        "%s: at byte %d of %d to %d%s"
                                .formatted(
                                        this,
                                        at + differs,
                                        from,
                                        from + length,
                                        differs == Math.min(wanted.length, got.length)
                                                ? " it ends, or does not"
                                                : (at == 0 ? ", head " + head(got) : "")));
            }
            if (got.length == 0) {
                return Optional.empty();
            }
            at += got.length;
        }
    }

    private static String head(byte[] got) {
        if (got.length < HEAD_BYTES) {
            return "too short";
        }
        ByteBuffer head = ByteBuffer.wrap(got);
        return "key %x, write %d, %d bytes"
                .formatted(head.getLong(), head.getLong(), head.getLong());
    }
}
