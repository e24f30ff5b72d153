package io.lethe.node.object;

import io.lethe.node.base.Check;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentRef;

/**
 * How a segment's plaintext is cut: pure arithmetic.
 *
 * <p>A stripe is k cells of {@code cellBytes} of plaintext, in order. The last stripe shares what
 * is left evenly: its cells have {@code max(4096, ceil(rest / k))} bytes, the last non-empty one
 * fewer, and those behind it none. Encrypted, a cell is {@value #TAG_BYTES} bytes longer; an empty
 * cell stays empty.
 *
 * <p>Chunk i &lt; k is cell i of every stripe, one behind the other; chunk i ≥ k is a parity cell
 * of every stripe, as long as the stripe's first data cell. Cell (stripe s, chunk i) has index s·k
 * + i.
 *
 * @param scheme the code
 * @param lengthBytes plaintext bytes, at least 1
 */
public record SegmentLayout(Scheme scheme, int lengthBytes) {
    public static final int TAG_BYTES = 16;

    /** A page: smaller cells save nothing on disk. */
    static final int LEAST_CELL_BYTES = 4096;

    /** Largest block under one checksum; see {@link #blockBytes}. */
    private static final int BLOCK_BYTES = 64 * 1024 + 16;

    public SegmentLayout {
        Check.range("segment length", lengthBytes, 1, SegmentRef.MOST_BYTES);
    }

    /** The most plaintext of a segment: whole stripes in 64 MiB, or 64 MiB of a longer stripe. */
    public static int mostBytes(Scheme scheme) {
        int stripe = scheme.k() * scheme.cellBytes();
        return stripe > SegmentRef.MOST_BYTES
                ? SegmentRef.MOST_BYTES
                : SegmentRef.MOST_BYTES / stripe * stripe;
    }

    public int stripeBytes() {
        return scheme.k() * scheme.cellBytes();
    }

    public int stripes() {
        return Math.ceilDiv(lengthBytes, stripeBytes());
    }

    /** Plaintext bytes in a stripe. */
    public int stripeLength(int stripe) {
        return Math.min(stripeBytes(), lengthBytes - stripe * stripeBytes());
    }

    /** Plaintext bytes from one cell's start to the next one's in a stripe. */
    public int cellSpan(int stripe) {
        return cellSpan(scheme, stripeLength(stripe));
    }

    /** As {@link #cellSpan(int)}, for a stripe of so many plaintext bytes. */
    public static int cellSpan(Scheme scheme, int stripeLength) {
        return stripeLength == scheme.k() * scheme.cellBytes()
                ? scheme.cellBytes()
                : Math.min(
                        scheme.cellBytes(),
                        Math.max(LEAST_CELL_BYTES, Math.ceilDiv(stripeLength, scheme.k())));
    }

    /** Plaintext bytes of data cell i of a stripe; 0 for an empty one. */
    public int cellLength(int stripe, int chunk) {
        return cellLength(scheme, stripeLength(stripe), chunk);
    }

    /** As {@link #cellLength(int, int)}, for a stripe of so many plaintext bytes. */
    public static int cellLength(Scheme scheme, int stripeLength, int chunk) {
        int span = cellSpan(scheme, stripeLength);
        return Math.max(0, Math.min(span, stripeLength - chunk * span));
    }

    /** Bytes on disk of chunk i's cell in a stripe: data with its tag, or parity. */
    public int storedLength(int stripe, int chunk) {
        int plain = cellLength(stripe, chunk < scheme.k() ? chunk : 0);
        return plain == 0 ? 0 : plain + TAG_BYTES;
    }

    /** Offset within each chunk at which a stripe's cell begins. */
    public long chunkOffset(int stripe) {
        return (long) stripe * (scheme.cellBytes() + TAG_BYTES);
    }

    /** Bytes on disk of a whole chunk; 0 for one that holds nothing. */
    public long chunkLength(int chunk) {
        int last = stripes() - 1;
        return chunkOffset(last) + storedLength(last, chunk);
    }

    /** The cell index of the segment's last non-empty data cell. */
    public int lastCell() {
        int last = stripes() - 1;
        return last * scheme.k() + (stripeLength(last) - 1) / cellSpan(last);
    }

    /**
     * Bytes under one checksum: the stored cell in equal parts of at most 64 KiB and 16 bytes, so
     * that a cell never shares a block with another (256 KiB cells: four of 65,540 bytes).
     */
    public static int blockBytes(Scheme scheme) {
        int stored = scheme.cellBytes() + TAG_BYTES;
        int parts = 1;
        while (stored % parts != 0 || stored / parts > BLOCK_BYTES) {
            parts++;
        }
        return stored / parts;
    }
}
