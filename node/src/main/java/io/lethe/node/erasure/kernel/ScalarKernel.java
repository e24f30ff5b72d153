package io.lethe.node.erasure.kernel;

import java.util.Arrays;

/**
 * The plain kernel: a table of all 65,536 products, one look-up per byte. Half a GB/s of data for
 * 6+3; runs everywhere, and is the one that the others are held to.
 */
public final class ScalarKernel implements Kernel {
    /** {@code PRODUCTS[a << 8 | b]} = a·b; 64 KiB, which stays in a second-level cache. */
    private static final byte[] PRODUCTS = products();

    private static byte[] products() {
        byte[] table = new byte[256 * 256];
        for (int i = 0; i < table.length; i++) {
            table[i] = (byte) Gf256.multiply(i >>> 8, i & 0xff);
        }
        return table;
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public Product product(Coefficients matrix) {
        return (sources, outputs, lengthBytes) -> {
            for (int row = 0; row < matrix.rows(); row++) {
                byte[] out = outputs.array(row);
                int outAt = outputs.offset(row);
                Arrays.fill(out, outAt, outAt + lengthBytes, (byte) 0);
                for (int column = 0; column < matrix.columns(); column++) {
                    add(
                            matrix.at(row, column),
                            sources.array(column),
                            sources.offset(column),
                            out,
                            outAt,
                            sources.length(column));
                }
            }
        };
    }

    /** {@code out += factor · in} over {@code lengthBytes} bytes. */
    static void add(int factor, byte[] in, int inAt, byte[] out, int outAt, int lengthBytes) {
        int table = factor << 8;
        for (int i = 0; i < lengthBytes; i++) {
            out[outAt + i] ^= PRODUCTS[table | (in[inAt + i] & 0xff)];
        }
    }
}
