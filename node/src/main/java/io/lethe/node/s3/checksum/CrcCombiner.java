package io.lethe.node.s3.checksum;

/**
 * The CRC of two strings one after the other, from their CRCs and the second one's length: the
 * first one's CRC times x^(8 · length), modulo the polynomial, plus the second one's. Works for
 * reflected CRCs that begin and end with the same inversion, as all of ours do. Immutable.
 *
 * <p>Polynomials are kept reflected: the highest bit of the width is x^0.
 */
final class CrcCombiner {
    static final CrcCombiner CRC32 = new CrcCombiner(32, 0xEDB88320L);
    static final CrcCombiner CRC32C = new CrcCombiner(32, 0x82F63B78L);
    static final CrcCombiner CRC64NVME = new CrcCombiner(64, Crc64Nvme.POLYNOMIAL);

    /** Of 2^63 bytes, in bits. */
    private static final int POWERS = 66;

    private final long polynomial;
    private final long one;

    /** {@code powers[n]} is x^(2^n). */
    private final long[] powers = new long[POWERS];

    private CrcCombiner(int width, long polynomial) {
        this.polynomial = polynomial;
        this.one = 1L << (width - 1);
        powers[0] = one >>> 1;
        for (int n = 1; n < POWERS; n++) {
            powers[n] = times(powers[n - 1], powers[n - 1]);
        }
    }

    private long times(long a, long b) {
        long product = 0;
        long shifted = b;
        for (long bit = one; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
        }
        return product;
    }

    long combine(long first, long second, long secondBytes) {
        long shift = one;
        int n = 3;
        for (long rest = secondBytes; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                shift = times(powers[n], shift);
            }
            n++;
        }
        return times(shift, first) ^ second;
    }
}
