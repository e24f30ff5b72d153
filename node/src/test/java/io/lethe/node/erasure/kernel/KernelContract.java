package io.lethe.node.erasure.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every kernel does, held against a product worked out byte by byte. */
abstract class KernelContract {
    private static final int MARGIN_BYTES = 70;
    private static final int[] LENGTHS = {
        0, 1, 7, 15, 16, 17, 63, 64, 65, 127, 1000, 4095, 4096, 4097, 4159, 12_289, 65_535, 65_536,
        65_537
    };

    abstract Kernel kernel();

    @Test
    void everyPairOfBytesIsMultipliedAsInTheField() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        for (int factor = 0; factor < 256; factor++) {
            Coefficients matrix = Coefficients.of(1, 1, new byte[] {(byte) factor});
            byte[] out = new byte[256];
            kernel().product(matrix).apply(Cells.of(all), Cells.of(out), 256);
            for (int i = 0; i < 256; i++) {
                assertThat(out[i] & 0xff)
                        .as("%d times %d", factor, i)
                        .isEqualTo(Gf256.multiply(factor, i));
            }
        }
    }

    @Test
    void everyShapeAndLengthGivesTheProduct() {
        long seed = 7;
        Random random = new Random(seed);
        for (int rows = 0; rows <= 9; rows++) {
            for (int columns = 1; columns <= 8; columns++) {
                int length = LENGTHS[random.nextInt(LENGTHS.length)];
                check(random, rows, columns, length, "seed " + seed);
            }
        }
        for (int length : LENGTHS) {
            check(random, 1 + random.nextInt(8), 1 + random.nextInt(32), length, "seed " + seed);
        }
        check(random, 40, 32, 5000, "seed " + seed);
    }

    @Test
    void aMegabyteGivesTheProduct() {
        check(new Random(11), 3, 6, (1 << 20) + 13, "seed 11");
    }

    /** Sources of random lengths, some absent, at random offsets; no byte outside is touched. */
    private void check(Random random, int rows, int columns, int length, String seed) {
        byte[] values = new byte[rows * columns];
        random.nextBytes(values);
        Coefficients matrix = Coefficients.of(rows, columns, values);
        Cells sources = new Cells(columns);
        for (int i = 0; i < columns; i++) {
            int sourceLength = random.nextInt(3) == 0 ? random.nextInt(length + 1) : length;
            if (random.nextInt(5) > 0) {
                fill(random, sources, i, sourceLength);
            }
        }
        Cells outputs = new Cells(rows);
        byte[][] expected = new byte[rows][];
        for (int row = 0; row < rows; row++) {
            fill(random, outputs, row, length);
            expected[row] = outputs.array(row).clone();
            for (int i = 0; i < length; i++) {
                int at = outputs.offset(row) + i;
                expected[row][at] = product(matrix, row, sources, i);
            }
        }
        kernel().product(matrix).apply(sources, outputs, length);
        for (int row = 0; row < rows; row++) {
            assertThat(Arrays.mismatch(outputs.array(row), expected[row]))
                    .as("%s, %dx%d, length %d, row %d", seed, rows, columns, length, row)
                    .isEqualTo(-1);
        }
    }

    private static void fill(Random random, Cells cells, int index, int length) {
        int before = random.nextInt(MARGIN_BYTES);
        byte[] array = new byte[before + length + random.nextInt(MARGIN_BYTES)];
        random.nextBytes(array);
        cells.set(index, array, before, length);
    }

    private static byte product(Coefficients matrix, int row, Cells sources, int at) {
        int sum = 0;
        for (int i = 0; i < matrix.columns(); i++) {
            if (at < sources.length(i)) {
                int value = sources.array(i)[sources.offset(i) + at] & 0xff;
                sum ^= Gf256.multiply(matrix.at(row, i), value);
            }
        }
        return (byte) sum;
    }
}
