package io.lethe.node.object;

import io.lethe.node.model.Scheme;

/**
 * The buffers of one upload: a stripe of plaintext and two sets of stored cells. Reused for all its
 * segments of one scheme. One task.
 */
final class CellBuffers {
    private final int storedBytes;
    private final byte[][][] sets;
    private final byte[] plain;

    CellBuffers(Scheme scheme) {
        storedBytes = scheme.cellBytes() + SegmentLayout.TAG_BYTES;
        sets = new byte[2][scheme.width()][storedBytes];
        plain = new byte[scheme.k() * scheme.cellBytes()];
    }

    /** What the buffers of a scheme take. */
    static long bytes(Scheme scheme) {
        return (2L * scheme.width() + scheme.k()) * scheme.cellBytes();
    }

    boolean fits(Scheme scheme) {
        return sets[0].length == scheme.width() && plain.length == scheme.k() * scheme.cellBytes();
    }

    byte[] plain() {
        return plain;
    }

    byte[][] set(int index) {
        return sets[index];
    }

    /** Replaces a lane's buffers: somebody may still read the old ones. */
    void abandon(int lane) {
        for (byte[][] set : sets) {
            set[lane] = new byte[storedBytes];
        }
    }
}
