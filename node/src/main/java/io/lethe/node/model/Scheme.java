package io.lethe.node.model;

import io.lethe.node.base.Check;

/**
 * A code's geometry: k data and m parity chunks, cells of at most {@code cellBytes} of plaintext.
 *
 * @param cellBytes plaintext bytes in a full cell; a cell on disk is 16 bytes longer (its AEAD tag)
 */
public record Scheme(int k, int m, int cellBytes) {
    public static final int MOST_DATA = 32;
    public static final int MOST_PARITY = 8;

    /** 256 KiB: long enough that seeks and calls vanish, short enough for ranges (architecture). */
    public static final int DEFAULT_CELL_BYTES = 256 * 1024;

    /** 64 KiB: no smaller than the largest inline object, so that one stripe always holds more. */
    public static final int LEAST_CELL_BYTES = 64 * 1024;

    /** 4 MiB: what a read takes at once from all chunks (architecture, reading). */
    public static final int MOST_CELL_BYTES = 4 * 1024 * 1024;

    public Scheme {
        Check.range("k", k, 1, MOST_DATA);
        Check.range("m", m, 0, MOST_PARITY);
        Check.range("cell bytes", cellBytes, LEAST_CELL_BYTES, MOST_CELL_BYTES);
    }

    /** Chunks, devices and failure domains that a segment of this scheme needs. */
    public int width() {
        return k + m;
    }

    /**
     * The fewest durable chunks that may be acknowledged after the grace: k+1, or all where m is at
     * most 1.
     */
    public int quorum() {
        return m <= 1 ? k + m : k + 1;
    }

    @Override
    public String toString() {
        return k + "+" + m;
    }
}
