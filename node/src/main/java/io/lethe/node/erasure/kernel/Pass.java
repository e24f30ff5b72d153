package io.lethe.node.erasure.kernel;

import jdk.incubator.vector.ByteVector;

/**
 * What one pass over a strip works on: up to three sources (a, b, c), up to four outputs (p, q, r,
 * s), where the strip begins in each, and the matrix elements that join them. Filled again for each
 * pass, so that no pass allocates. One thread, for one call of {@code apply}.
 *
 * <p>The passes themselves ({@link OneRow} to {@link FourRows}) are written out for each number of
 * outputs and sources, since tables and sums stay in registers only as local variables: there
 * {@code pa} and {@code pA} are the tables of output p and source a for the low and the high halves
 * of bytes, {@code aLow} and {@code aHigh} those halves. They call nothing but the Vector API in
 * their loops: methods of ours are no longer inlined when the compiler's graph grows past 18,000
 * nodes, and then each vector becomes an object (measured: ten times slower).
 */
final class Pass {
    private static final byte[] NOTHING = new byte[0];

    final Cells sources;
    final Cells outputs;
    private final byte[] values;
    private final int columns;

    /** Columns whose sources reach into the current range; the first {@code activeCount} count. */
    final int[] active;

    int activeCount;

    byte[] a = NOTHING;
    byte[] b = NOTHING;
    byte[] c = NOTHING;
    int aAt;
    int bAt;
    int cAt;
    private int aColumn;
    private int bColumn;
    private int cColumn;

    byte[] p = NOTHING;
    byte[] q = NOTHING;
    byte[] r = NOTHING;
    byte[] s = NOTHING;
    int pAt;
    int qAt;
    int rAt;
    int sAt;
    private int firstRow;

    /** Bytes of the strip: a multiple of a vector. */
    int lengthBytes;

    Pass(byte[] values, int columns, Cells sources, Cells outputs) {
        this.values = values;
        this.columns = columns;
        this.sources = sources;
        this.outputs = outputs;
        this.active = new int[columns];
    }

    /** Matrix element of {@code row} and {@code column}. */
    int factor(int row, int column) {
        return values[row * columns + column] & 0xff;
    }

    /** Takes {@code count} active sources from the {@code first}-th on. */
    void sourcesAt(int first, int count, int at) {
        aColumn = active[first];
        a = sources.array(aColumn);
        aAt = sources.offset(aColumn) + at;
        if (count > 1) {
            bColumn = active[first + 1];
            b = sources.array(bColumn);
            bAt = sources.offset(bColumn) + at;
        }
        if (count > 2) {
            cColumn = active[first + 2];
            c = sources.array(cColumn);
            cAt = sources.offset(cColumn) + at;
        }
    }

    /** Takes {@code count} outputs from {@code row} on. */
    void outputsAt(int row, int count, int at, int stripBytes) {
        firstRow = row;
        lengthBytes = stripBytes;
        p = outputs.array(row);
        pAt = outputs.offset(row) + at;
        if (count > 1) {
            q = outputs.array(row + 1);
            qAt = outputs.offset(row + 1) + at;
        }
        if (count > 2) {
            r = outputs.array(row + 2);
            rAt = outputs.offset(row + 2) + at;
        }
        if (count > 3) {
            s = outputs.array(row + 3);
            sAt = outputs.offset(row + 3) + at;
        }
    }

    /** Table of source a for output {@code row} (0 is p), low halves; the others alike. */
    ByteVector aLow(int row) {
        return Lanes.lowTable(factor(firstRow + row, aColumn));
    }

    ByteVector aHigh(int row) {
        return Lanes.highTable(factor(firstRow + row, aColumn));
    }

    ByteVector bLow(int row) {
        return Lanes.lowTable(factor(firstRow + row, bColumn));
    }

    ByteVector bHigh(int row) {
        return Lanes.highTable(factor(firstRow + row, bColumn));
    }

    ByteVector cLow(int row) {
        return Lanes.lowTable(factor(firstRow + row, cColumn));
    }

    ByteVector cHigh(int row) {
        return Lanes.highTable(factor(firstRow + row, cColumn));
    }
}
