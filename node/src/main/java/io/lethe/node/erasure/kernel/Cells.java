package io.lethe.node.erasure.kernel;

import io.lethe.node.base.Check;
import java.util.Objects;

/**
 * A row of cells, each a range of a byte array that somebody else owns. Made once and filled again
 * for each stripe, so that coding allocates nothing. A cell that was not {@link #set} is absent:
 * lost when it is to be decoded from, empty when it is to be encoded. One thread at a time.
 */
public final class Cells {
    private static final byte[] NOTHING = new byte[0];

    private final byte[][] arrays;
    private final int[] offsets;
    private final int[] lengths;
    private long present;

    /**
     * @param count cells in the row, 1 to 64
     */
    public Cells(int count) {
        Check.range("cells in a row", count, 0, Long.SIZE);
        arrays = new byte[count][];
        offsets = new int[count];
        lengths = new int[count];
        clear();
    }

    /** Each array from its start, {@code lengths[i]} bytes of it; null is an absent cell. */
    public static Cells of(byte[][] arrays, int[] lengths) {
        Cells cells = new Cells(arrays.length);
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] != null) {
                cells.set(i, arrays[i], 0, lengths[i]);
            }
        }
        return cells;
    }

    /** Each array from its start to its end; null is an absent cell. */
    public static Cells of(byte[]... arrays) {
        Cells cells = new Cells(arrays.length);
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] != null) {
                cells.set(i, arrays[i], 0, arrays[i].length);
            }
        }
        return cells;
    }

    /**
     * @throws IndexOutOfBoundsException when the range does not lie within the array
     */
    public void set(int index, byte[] array, int offset, int lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, array.length);
        arrays[index] = array;
        offsets[index] = offset;
        lengths[index] = lengthBytes;
        present |= 1L << index;
    }

    /** Makes every cell absent and forgets the arrays. */
    public void clear() {
        for (int i = 0; i < arrays.length; i++) {
            clear(i);
        }
    }

    public void clear(int index) {
        arrays[index] = NOTHING;
        offsets[index] = 0;
        lengths[index] = 0;
        present &= ~(1L << index);
    }

    public int count() {
        return arrays.length;
    }

    public boolean isPresent(int index) {
        return (present >>> index & 1) != 0;
    }

    public byte[] array(int index) {
        return arrays[index];
    }

    public int offset(int index) {
        return offsets[index];
    }

    /** The cell's bytes; 0 when it is absent. */
    public int length(int index) {
        return lengths[index];
    }
}
