package io.lethe.node.object;

import io.lethe.node.model.Scheme;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one upload: a stripe of plaintext and two sets of stored cells. They grow as bytes
 * come, so a short object costs little, and are reused for all segments of one scheme. One task.
 */
final class CellBuffers {
    /** Plaintext is gathered in this much first: 64 KiB, the shortest objects that come here. */
    private static final int FIRST_BYTES = 64 << 10;

    private final Scheme scheme;
    private final byte[] @Nullable [][] sets = new byte[2][][];
    private byte[] plain;

    CellBuffers(Scheme scheme) {
        this.scheme = scheme;
        plain = new byte[Math.min(FIRST_BYTES, stripeBytes())];
    }

    /** The most that the buffers of a scheme take. */
    static long bytes(Scheme scheme) {
        return (2L * scheme.width() + scheme.k()) * scheme.cellBytes();
    }

    boolean fits(Scheme other) {
        return scheme.width() == other.width()
                && scheme.k() == other.k()
                && scheme.cellBytes() == other.cellBytes();
    }

    /** Plaintext of a whole stripe. */
    int stripeBytes() {
        return scheme.k() * scheme.cellBytes();
    }

    byte[] plain() {
        return plain;
    }

    /** Makes room for at least {@code lengthBytes} of plaintext, which stays as it is. */
    byte[] plain(int lengthBytes) {
        if (plain.length < lengthBytes) {
            plain =
                    Arrays.copyOf(
                            plain,
                            Math.min(stripeBytes(), Math.max(lengthBytes, 4 * plain.length)));
        }
        return plain;
    }

    /**
     * The cells of one set.
     *
     * @param cellBytes plaintext of the longest cell to come
     */
    byte[][] set(int index, int cellBytes) {
        byte[][] set = sets[index];
        int storedBytes = cellBytes + SegmentLayout.TAG_BYTES;
        if (set == null || set[0].length < storedBytes) {
            set = new byte[scheme.width()][storedBytes];
            sets[index] = set;
        }
        return set;
    }

    /** Replaces a lane's buffers: somebody may still read the old ones. */
    void abandon(int lane) {
        for (byte[][] set : sets) {
            if (set != null) {
                set[lane] = new byte[set[lane].length];
            }
        }
    }
}
