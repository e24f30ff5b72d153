package io.lethe.node.erasure.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class CoefficientsTest {
    @Test
    void theFieldMultipliesAsPolynomialsModulo0x11d() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                assertThat(Gf256.multiply(a, b)).as("%d times %d", a, b).isEqualTo(slow(a, b));
            }
            if (a > 0) {
                assertThat(Gf256.multiply(a, Gf256.inverse(a))).isEqualTo(1);
            }
        }
    }

    private static int slow(int a, int b) {
        int product = 0;
        for (int bit = 7; bit >= 0; bit--) {
            product <<= 1;
            product ^= product > 255 ? Gf256.POLYNOMIAL : 0;
            product ^= (b >> bit & 1) * a;
        }
        return product;
    }

    @Test
    void aMatrixTimesItsInverseIsTheUnitMatrix() {
        long seed = 3;
        Random random = new Random(seed);
        int inverted = 0;
        for (int round = 0; round < 50; round++) {
            int size = 1 + random.nextInt(32);
            byte[] values = new byte[size * size];
            random.nextBytes(values);
            // Zeros on the diagonal make elimination swap rows.
            values[0] = 0;
            Coefficients matrix = Coefficients.of(size, size, values);
            Coefficients product;
            try {
                product = matrix.times(matrix.inverse());
            } catch (IllegalArgumentException singular) {
                continue;
            }
            inverted++;
            for (int row = 0; row < size; row++) {
                for (int column = 0; column < size; column++) {
                    assertThat(product.at(row, column))
                            .as("seed %d, round %d", seed, round)
                            .isEqualTo(row == column ? 1 : 0);
                }
            }
        }
        assertThat(inverted).isGreaterThan(40);
    }

    @Test
    void aSingularMatrixHasNoInverse() {
        assertThatThrownBy(() -> Coefficients.of(2, 2, new byte[] {1, 2, 1, 2}).inverse())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
