package io.lethe.node.erasure.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors of {@link VectorKernel}, and the tables by which they multiply.
 *
 * <p>Shape: the widest where one instruction shuffles bytes over a whole vector ({@code vpermb} of
 * AVX-512 VBMI), else 128 bits: {@code pshufb} and {@code tbl} do that everywhere, and wider
 * shuffles would be put together from several (measured with AVX2: 256 bits are slower than 128)
 * or, for 512 bits without VBMI, not be compiled at all.
 */
final class Lanes {
    private static final Path CPU_FLAGS = Path.of("/proc/cpuinfo");

    static final VectorSpecies<Byte> SPECIES =
            hasByteShuffleOverAllLanes() ? ByteVector.SPECIES_PREFERRED : ByteVector.SPECIES_128;

    static final int BYTES = SPECIES.length();

    /**
     * For each factor f, one vector of f·i and one of f·(i << 4) for i from 0 to 15 (repeated to
     * the vector's end); 32 KiB at 64 lanes.
     */
    private static final byte[] TABLES = tables();

    /** Mask of a byte's low half. */
    static final byte LOW_HALF = 15;

    static final int HALF_BITS = 4;

    private Lanes() {}

    private static boolean hasByteShuffleOverAllLanes() {
        try {
            List<String> lines = Files.readAllLines(CPU_FLAGS, StandardCharsets.ISO_8859_1);
            return lines.stream()
                    .filter(line -> line.startsWith("flags"))
                    .anyMatch(
                            line ->
                                    (line + ' ').contains(" avx512_vbmi ")
                                            || (line + ' ').contains(" avx512vbmi "));
        } catch (IOException _) {
            // No such file: not Linux, or not readable; 128 bits are right everywhere.
            return false;
        }
    }

    private static byte[] tables() {
        byte[] tables = new byte[256 * 2 * BYTES];
        for (int factor = 0; factor < 256; factor++) {
            for (int lane = 0; lane < BYTES; lane++) {
                int i = lane & LOW_HALF;
                int at = factor * 2 * BYTES + lane;
                tables[at] = (byte) Gf256.multiply(factor, i);
                tables[at + BYTES] = (byte) Gf256.multiply(factor, i << HALF_BITS);
            }
        }
        return tables;
    }

    /** Products of {@code factor} with the low halves of bytes. */
    static ByteVector lowTable(int factor) {
        return ByteVector.fromArray(SPECIES, TABLES, factor * 2 * BYTES);
    }

    /** Products of {@code factor} with the high halves of bytes. */
    static ByteVector highTable(int factor) {
        return ByteVector.fromArray(SPECIES, TABLES, factor * 2 * BYTES + BYTES);
    }
}
