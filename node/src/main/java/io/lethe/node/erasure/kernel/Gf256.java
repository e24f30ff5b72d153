package io.lethe.node.erasure.kernel;

import io.lethe.node.base.Check;

/**
 * Arithmetic in GF(2^8): bytes as polynomials over GF(2) modulo x^8+x^4+x^3+x^2+1 (0x11d), the
 * field of ISA-L, with the generator 2. Addition is XOR. Elements are ints from 0 to 255. Pure;
 * safe for any thread.
 */
public final class Gf256 {
    /** The field's polynomial, bit i for x^i. */
    public static final int POLYNOMIAL = 0x11d;

    private static final int ORDER = 255;

    /** Twice the order, so that the sum of two logarithms needs no modulo. */
    private static final byte[] EXP = new byte[2 * ORDER];

    private static final int[] LOG = new int[256];

    static {
        int value = 1;
        for (int power = 0; power < ORDER; power++) {
            EXP[power] = (byte) value;
            EXP[power + ORDER] = (byte) value;
            LOG[value] = power;
            value <<= 1;
            if (value > 255) {
                value ^= POLYNOMIAL;
            }
        }
    }

    private Gf256() {}

    public static int multiply(int a, int b) {
        return a == 0 || b == 0 ? 0 : EXP[LOG[a] + LOG[b]] & 0xff;
    }

    /** The b for which a·b = 1; {@code a} is not 0. */
    public static int inverse(int a) {
        Check.that(a != 0, "zero has no inverse in GF(256)");
        return EXP[ORDER - LOG[a]] & 0xff;
    }
}
