package io.lethe.node.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.erasure.kernel.Cells;
import io.lethe.node.erasure.kernel.Kernel;
import io.lethe.node.erasure.kernel.Kernels;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StoreException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ErasureCodecTest {
    private static final int[] LENGTHS = {0, 1, 2, 63, 64, 65, 999, 4096, 65_535, 65_536, 65_537};

    /** All kernels that run here; the scalar one is first. */
    private static final List<Kernel> KERNELS = kernels();

    private static List<Kernel> kernels() {
        return Kernels.NAMES.reversed().stream()
                .map(Kernels::find)
                .filter(Kernels.Availability.Available.class::isInstance)
                .map(found -> ((Kernels.Availability.Available) found).kernel())
                .toList();
    }

    /** A stripe with its cells as they are stored: data cells without padding. */
    private record Stripe(int k, int m, int lengthBytes, byte[][] cells) {
        static Stripe random(Random random, int k, int m, int length, Kernel kernel) {
            byte[][] cells = new byte[k + m][];
            // Full cells, then one that is cut, then empty ones: the end of a segment.
            int full = random.nextInt(4) == 0 ? random.nextInt(k) : k;
            for (int i = 0; i < k; i++) {
                cells[i] = new byte[i < full ? length : i == full ? length / 3 : 0];
                random.nextBytes(cells[i]);
            }
            for (int i = k; i < k + m; i++) {
                cells[i] = new byte[length];
            }
            new ErasureCodec(k, m, kernel)
                    .encode(
                            Cells.of(Arrays.copyOf(cells, k)),
                            Cells.of(Arrays.copyOfRange(cells, k, k + m)),
                            length);
            return new Stripe(k, m, length, cells);
        }

        /** Rebuilds the cells of the mask from the others and compares. */
        void checkLoss(ErasureCodec codec, long lostMask, String seed) {
            int[] wanted =
                    IntStream.range(0, k + m).filter(i -> (lostMask >>> i & 1) != 0).toArray();
            Cells left = new Cells(k + m);
            for (int i = 0; i < k + m; i++) {
                if ((lostMask >>> i & 1) == 0) {
                    left.set(i, cells[i], 0, cells[i].length);
                }
            }
            byte[][] out = new byte[wanted.length][lengthBytes];
            codec.reconstruct(left, wanted, Cells.of(out), lengthBytes);
            for (int i = 0; i < wanted.length; i++) {
                assertThat(Arrays.mismatch(out[i], Arrays.copyOf(cells[wanted[i]], lengthBytes)))
                        .as(
                                "%s, %d+%d, length %d, lost %s, cell %d",
                                seed, k, m, lengthBytes, Long.toBinaryString(lostMask), wanted[i])
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void everyPatternOfLossIsMadeGoodInNarrowStripes() {
        long seed = 1;
        Random random = new Random(seed);
        for (Kernel kernel : KERNELS) {
            for (int k = 1; k <= 5; k++) {
                for (int m = 0; m <= 4; m++) {
                    ErasureCodec codec = new ErasureCodec(k, m, kernel);
                    Stripe stripe = Stripe.random(random, k, m, random.nextInt(200), kernel);
                    for (long lost = 0; lost < 1L << (k + m); lost++) {
                        if (Long.bitCount(lost) <= m) {
                            stripe.checkLoss(codec, lost, kernel.name() + ", seed " + seed);
                        }
                    }
                }
            }
        }
    }

    @Test
    void randomPatternsOfLossAreMadeGoodInWideStripes() {
        long seed = 2;
        Random random = new Random(seed);
        for (Kernel kernel : KERNELS) {
            for (int round = 0; round < 30; round++) {
                int k = 1 + random.nextInt(Scheme.MOST_DATA);
                int m = random.nextInt(Scheme.MOST_PARITY + 1);
                int length = LENGTHS[random.nextInt(LENGTHS.length)];
                Stripe stripe = Stripe.random(random, k, m, length, kernel);
                ErasureCodec codec = new ErasureCodec(k, m, kernel);
                for (int loss = 0; loss < 3; loss++) {
                    long lost = 0;
                    for (int i = 0; i < m; i++) {
                        lost |= 1L << random.nextInt(k + m);
                    }
                    stripe.checkLoss(codec, lost, kernel.name() + ", seed " + seed);
                }
            }
        }
    }

    @Test
    void allKernelsEncodeTheSameBytes() {
        for (int round = 0; round < 40; round++) {
            int k = 1 + new Random(round).nextInt(Scheme.MOST_DATA);
            int m = 1 + new Random(round + 1000).nextInt(Scheme.MOST_PARITY);
            int length = LENGTHS[round % LENGTHS.length];
            Stripe first = Stripe.random(new Random(round), k, m, length, KERNELS.getFirst());
            for (Kernel kernel : KERNELS) {
                Stripe same = Stripe.random(new Random(round), k, m, length, kernel);
                assertThat(Arrays.deepEquals(same.cells, first.cells))
                        .as("%s, seed %d, %d+%d, length %d", kernel.name(), round, k, m, length)
                        .isTrue();
            }
        }
    }

    @Test
    void cellsMayLieInOneLargeArray() {
        ErasureCodec codec = new ErasureCodec(4, 2, Kernels.best().kernel());
        int length = 1000;
        byte[] buffer = new byte[6 * length];
        new Random(5).nextBytes(buffer);
        Cells data = new Cells(4);
        Cells parity = new Cells(2);
        for (int i = 0; i < 4; i++) {
            data.set(i, buffer, i * length, length);
        }
        for (int i = 0; i < 2; i++) {
            parity.set(i, buffer, (4 + i) * length, length);
        }
        codec.encode(data, parity, length);
        Cells left = new Cells(6);
        for (int i = 2; i < 6; i++) {
            left.set(i, buffer, i * length, length);
        }
        byte[] rebuilt = new byte[2 * length];
        Cells out = new Cells(2);
        out.set(0, rebuilt, length, length);
        out.set(1, rebuilt, 0, length);
        codec.reconstruct(left, new int[] {1, 0}, out, length);
        assertThat(rebuilt).startsWith(Arrays.copyOf(buffer, length));
        assertThat(rebuilt).endsWith(Arrays.copyOfRange(buffer, length, 2 * length));
    }

    @Test
    void arraysWithoutOffsetsDoToo() {
        ErasureCodec codec =
                new ErasureCodec(
                        new Scheme(3, 1, Scheme.LEAST_CELL_BYTES), Kernels.best().kernel());
        byte[][] cells = {{1, 2, 3}, {4, 5}, {}, new byte[3]};
        int[] lengths = {3, 2, 0, 3};
        codec.encode(
                Arrays.copyOf(cells, 3), Arrays.copyOf(lengths, 3), new byte[][] {cells[3]}, 3);
        byte[] second = new byte[3];
        byte[][] left = cells.clone();
        left[1] = null;
        codec.reconstruct(left, lengths, new int[] {1}, new byte[][] {second}, 3);
        assertThat(second).containsExactly(4, 5, 0);
    }

    @Test
    void tooFewCellsAreRefusedWithNumbers() {
        ErasureCodec codec = new ErasureCodec(4, 2, Kernels.best().kernel());
        byte[][] cells = new byte[6][];
        cells[0] = new byte[8];
        cells[4] = new byte[8];
        cells[5] = new byte[8];
        int[] lengths = {8, 8, 8, 8, 8, 8};
        assertThatThrownBy(
                        () -> codec.reconstruct(cells, lengths, new int[] {1}, new byte[1][8], 8))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.DATA_UNREADABLE))
                .hasMessageContaining("only 3 cells of a 4+2 stripe")
                .hasMessageContaining("4 are needed");
    }

    @Test
    void argumentsThatDoNotFitAreRefused() {
        ErasureCodec codec = new ErasureCodec(2, 1, Kernels.best().kernel());
        Cells data = Cells.of(new byte[9], new byte[8]);
        Cells parity = Cells.of(new byte[8]);
        assertThatThrownBy(() -> codec.encode(data, parity, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("length of cell 0");
        assertThatThrownBy(() -> codec.encode(data, parity, 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("room in output cell 0");
        assertThatThrownBy(() -> codec.encode(parity, parity, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cells is 1");
        Cells all = Cells.of(new byte[8], new byte[8], new byte[8]);
        assertThatThrownBy(() -> codec.reconstruct(all, new int[] {3}, parity, 8))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theCacheOfDecodersIsBounded() {
        ErasureCodec codec = new ErasureCodec(12, 3, Kernels.byName("scalar").kernel());
        Stripe stripe = Stripe.random(new Random(9), 12, 3, 10, Kernels.byName("scalar").kernel());
        for (int a = 0; a < 15; a++) {
            for (int b = 0; b < 15; b++) {
                stripe.checkLoss(codec, 1L << a | 1L << b | 1, "seed 9");
                stripe.checkLoss(codec, 1L << a | 1L << b, "seed 9");
            }
        }
        assertThat(codec.cachedDecoders()).isEqualTo(ErasureCodec.MOST_DECODERS);
    }
}
