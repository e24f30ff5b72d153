package io.lethe.node.erasure.kernel;

import io.lethe.node.base.Check;
import java.util.Arrays;
import java.util.HexFormat;

/** A matrix over GF(2^8), stored row by row. Immutable; safe for any thread. */
public final class Coefficients {
    private final int rows;
    private final int columns;
    private final byte[] values;

    private Coefficients(int rows, int columns, byte[] values) {
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /** Copies {@code values}, which holds {@code rows * columns} elements row by row. */
    public static Coefficients of(int rows, int columns, byte[] values) {
        Check.that(
                rows >= 0 && columns > 0 && values.length == rows * columns,
                "a matrix has rows times columns elements");
        return new Coefficients(rows, columns, values.clone());
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public int at(int row, int column) {
        return values[row * columns + column] & 0xff;
    }

    /** A copy, row by row. */
    public byte[] toArray() {
        return values.clone();
    }

    /** The given rows, in the given order. */
    public Coefficients select(int... wanted) {
        byte[] chosen = new byte[wanted.length * columns];
        for (int i = 0; i < wanted.length; i++) {
            System.arraycopy(values, wanted[i] * columns, chosen, i * columns, columns);
        }
        return new Coefficients(wanted.length, columns, chosen);
    }

    public Coefficients times(Coefficients right) {
        Check.that(columns == right.rows, "columns on the left are rows on the right");
        byte[] product = new byte[rows * right.columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < right.columns; column++) {
                int sum = 0;
                for (int i = 0; i < columns; i++) {
                    sum ^= Gf256.multiply(at(row, i), right.at(i, column));
                }
                product[row * right.columns + column] = (byte) sum;
            }
        }
        return new Coefficients(rows, right.columns, product);
    }

    /** The inverse of a square matrix, by Gauss-Jordan elimination; it must have one. */
    public Coefficients inverse() {
        Check.that(rows == columns, "only a square matrix has an inverse");
        byte[] left = values.clone();
        byte[] right = new byte[values.length];
        for (int i = 0; i < rows; i++) {
            right[i * columns + i] = 1;
        }
        for (int pivot = 0; pivot < rows; pivot++) {
            int row = pivotRow(left, pivot);
            swapRows(left, row, pivot);
            swapRows(right, row, pivot);
            int scale = Gf256.inverse(left[pivot * columns + pivot] & 0xff);
            scaleRow(left, pivot, scale);
            scaleRow(right, pivot, scale);
            for (int other = 0; other < rows; other++) {
                int factor = left[other * columns + pivot] & 0xff;
                if (other != pivot && factor != 0) {
                    addRow(left, pivot, other, factor);
                    addRow(right, pivot, other, factor);
                }
            }
        }
        return new Coefficients(rows, columns, right);
    }

    private int pivotRow(byte[] matrix, int column) {
        for (int row = column; row < rows; row++) {
            if (matrix[row * columns + column] != 0) {
                return row;
            }
        }
        throw new IllegalArgumentException("the matrix has no inverse");
    }

    private void swapRows(byte[] matrix, int one, int other) {
        for (int i = 0; one != other && i < columns; i++) {
            byte kept = matrix[one * columns + i];
            matrix[one * columns + i] = matrix[other * columns + i];
            matrix[other * columns + i] = kept;
        }
    }

    private void scaleRow(byte[] matrix, int row, int factor) {
        for (int i = row * columns; i < (row + 1) * columns; i++) {
            matrix[i] = (byte) Gf256.multiply(matrix[i] & 0xff, factor);
        }
    }

    private void addRow(byte[] matrix, int from, int to, int factor) {
        for (int i = 0; i < columns; i++) {
            matrix[to * columns + i] ^=
                    (byte) Gf256.multiply(matrix[from * columns + i] & 0xff, factor);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Coefficients that
                && rows == that.rows
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * rows + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return rows + "x" + columns + ":" + HexFormat.of().formatHex(values);
    }
}
