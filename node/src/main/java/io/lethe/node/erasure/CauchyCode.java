package io.lethe.node.erasure;

import io.lethe.node.base.Check;
import io.lethe.node.erasure.kernel.Coefficients;
import io.lethe.node.erasure.kernel.Gf256;
import io.lethe.node.model.Scheme;

/**
 * The code's matrices: which chunk is which sum of data chunks. Pure.
 *
 * <p>The generator has k+m rows and k columns. Row i &lt; k is the unit vector of data chunk i, so
 * that data chunks hold the data as they are. For k ≤ i &lt; k+m, element (i, j) is 1 / (i XOR j)
 * in GF(2^8) with polynomial 0x11d: a Cauchy matrix, since the sets {k … k+m-1} and {0 … k-1} have
 * no element in common. Every square part of a Cauchy matrix has an inverse, so any k rows of the
 * generator do. It is the matrix of ISA-L's {@code gf_gen_cauchy1_matrix}, and part of the format
 * of stored chunks: never to be changed.
 *
 * <p>With k = 1 each parity chunk is the data times a constant that is not zero: replication.
 */
final class CauchyCode {
    private CauchyCode() {}

    static Coefficients generator(int k, int m) {
        Check.range("k", k, 1, Scheme.MOST_DATA);
        Check.range("m", m, 0, Scheme.MOST_PARITY);
        byte[] values = new byte[(k + m) * k];
        for (int row = 0; row < k + m; row++) {
            for (int column = 0; column < k; column++) {
                int value = row == column ? 1 : 0;
                values[row * k + column] = (byte) (row < k ? value : Gf256.inverse(row ^ column));
            }
        }
        return Coefficients.of(k + m, k, values);
    }

    /**
     * The matrix that makes the chunks {@code wanted} out of the chunks {@code survivors}.
     *
     * @param survivors k different chunks
     */
    static Coefficients decoder(Coefficients generator, int[] survivors, int[] wanted) {
        Coefficients toData = generator.select(survivors).inverse();
        return generator.select(wanted).times(toData);
    }
}
