package io.lethe.node.erasure.kernel;

import java.util.Arrays;

/**
 * The kernel of the Vector API: products by two look-ups of 16 entries, one for each half of a
 * byte, done for all lanes at once by a shuffle.
 *
 * <p>Work is cut into strips that stay in the first-level cache. In a strip, up to four outputs are
 * computed at once from up to three sources at a time, with all their tables in registers: a pass
 * loads each source once, and each output once after the first pass. (Keeping sums in registers
 * over all sources instead is 10 % faster for 6 sources and 3 times slower for 32, whose strips
 * begin at the same place of the cache's sets.) No allocation in any loop.
 *
 * <p>Vectors are of {@link Lanes}. Safe for any thread.
 */
final class VectorKernel implements Kernel {
    /**
     * Four outputs and three sources of this size fit into 32 KiB; measured best of 2, 4, 8 KiB.
     */
    static final int STRIP_BYTES = 4096;

    /**
     * A fifth more than the calls (5,000) after which HotSpot hands a method to its optimising
     * compiler.
     */
    private static final int WARM_UP_ROUNDS = 6_000;

    private static final int MOST_ROWS_AT_ONCE = 4;
    private static final int MOST_SOURCES_AT_ONCE = 3;

    /** Four rows of three sources would fill 24 registers with tables and gain nothing. */
    private static int sourcesAtOnce(int rows) {
        return rows == MOST_ROWS_AT_ONCE ? 2 : MOST_SOURCES_AT_ONCE;
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Product product(Coefficients matrix) {
        byte[] values = matrix.toArray();
        return (sources, outputs, lengthBytes) ->
                apply(matrix, values, sources, outputs, lengthBytes);
    }

    /**
     * Cuts the stripe where sources end: within one range each source is either there or zero all
     * along. There are at most as many ranges as sources.
     */
    private static void apply(
            Coefficients matrix, byte[] values, Cells sources, Cells outputs, int lengthBytes) {
        Pass pass = new Pass(values, matrix.columns(), sources, outputs);
        int from = 0;
        while (from < lengthBytes) {
            int to = lengthBytes;
            pass.activeCount = 0;
            for (int column = 0; column < matrix.columns(); column++) {
                if (sources.length(column) > from) {
                    pass.active[pass.activeCount++] = column;
                    to = Math.min(to, sources.length(column));
                }
            }
            range(pass, matrix.rows(), from, to);
            from = to;
        }
    }

    private static void range(Pass pass, int rows, int from, int to) {
        if (pass.activeCount == 0 || to - from < Lanes.BYTES) {
            scalar(pass, rows, from, to);
            return;
        }
        for (int at = from; at < to; at += STRIP_BYTES) {
            int wholeBytes = Math.min(STRIP_BYTES, to - at) / Lanes.BYTES * Lanes.BYTES;
            strip(pass, rows, at, wholeBytes);
        }
        if ((to - from) % Lanes.BYTES != 0) {
            // The rest is computed with bytes before it, which come out as they were.
            strip(pass, rows, to - Lanes.BYTES, Lanes.BYTES);
        }
    }

    private static void scalar(Pass pass, int rows, int from, int to) {
        for (int row = 0; row < rows; row++) {
            byte[] out = pass.outputs.array(row);
            int outAt = pass.outputs.offset(row) + from;
            Arrays.fill(out, outAt, outAt + to - from, (byte) 0);
            for (int i = 0; i < pass.activeCount; i++) {
                int column = pass.active[i];
                ScalarKernel.add(
                        pass.factor(row, column),
                        pass.sources.array(column),
                        pass.sources.offset(column) + from,
                        out,
                        outAt,
                        to - from);
            }
        }
    }

    /** All rows of one strip, in groups of four, or of three where that avoids a group of one. */
    private static void strip(Pass pass, int rows, int at, int lengthBytes) {
        int row = 0;
        while (row < rows) {
            int left = rows - row;
            int group = left == MOST_ROWS_AT_ONCE + 1 ? 3 : Math.min(left, MOST_ROWS_AT_ONCE);
            pass.outputsAt(row, group, at, lengthBytes);
            group(pass, group, at);
            row += group;
        }
    }

    /**
     * All sources of one group of rows: first so many that the others come in full passes, and
     * these overwrite the outputs; the others add to them.
     */
    private static void group(Pass pass, int group, int at) {
        int most = sourcesAtOnce(group);
        int first = (pass.activeCount - 1) % most + 1;
        pass.sourcesAt(0, first, at);
        switch (group) {
            case 1 -> OneRow.set(pass, first);
            case 2 -> TwoRows.set(pass, first);
            case 3 -> ThreeRows.set(pass, first);
            default -> FourRows.set(pass, first);
        }
        for (int i = first; i < pass.activeCount; i += most) {
            pass.sourcesAt(i, most, at);
            switch (group) {
                case 1 -> OneRow.add(pass);
                case 2 -> TwoRows.add(pass);
                case 3 -> ThreeRows.add(pass);
                default -> FourRows.add(pass);
            }
        }
    }

    /** Every pass that such matrices use, on strips of two vectors, until all are compiled. */
    @Override
    public void warmUp(int mostRows, int columns) {
        Cells sources = cells(columns);
        Cells outputs = cells(mostRows);
        Pass pass = new Pass(new byte[mostRows * columns], columns, sources, outputs);
        for (int column = 0; column < columns; column++) {
            pass.active[column] = column;
        }
        pass.activeCount = columns;
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            for (int rows = 1; rows <= mostRows; rows++) {
                range(pass, rows, 0, 2 * Lanes.BYTES);
            }
        }
    }

    private static Cells cells(int count) {
        Cells cells = new Cells(count);
        for (int i = 0; i < count; i++) {
            cells.set(i, new byte[2 * Lanes.BYTES], 0, 2 * Lanes.BYTES);
        }
        return cells;
    }
}
