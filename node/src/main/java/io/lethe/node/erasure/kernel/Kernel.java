package io.lethe.node.erasure.kernel;

/**
 * One way to multiply a matrix with cells over GF(2^8). All kernels give the same bytes. Safe for
 * any thread.
 */
public interface Kernel {
    /** As in {@code erasure.kernel}: {@code scalar}, {@code vector} or {@code isal}. */
    String name();

    /** Prepares the tables for {@code matrix}; worth keeping. */
    Product product(Coefficients matrix);

    /** A matrix with its tables, ready to be applied. Immutable; safe for any thread. */
    interface Product {
        /**
         * Sets output r, from its offset on, to the sum over c of matrix(r, c) · source c, for
         * {@code lengthBytes} bytes. A source that is shorter, or absent, counts as padded with
         * zeros. What outputs held before does not matter.
         *
         * @param sources as many as the matrix has columns, each at most {@code lengthBytes} long
         * @param outputs as many as the matrix has rows, each at least {@code lengthBytes} long;
         *     they overlap neither sources nor each other
         */
        void apply(Cells sources, Cells outputs, int lengthBytes);
    }

    /**
     * Runs the loops until the compiler takes them over, for some hundred milliseconds, so that the
     * first requests don't pay for it.
     *
     * @param mostRows rows of the largest matrix to be applied; the smaller ones are warmed up too
     * @param columns columns of all of them
     */
    default void warmUp(int mostRows, int columns) {}
}
