package io.lethe.node.crypto.log;

import java.util.Arrays;
import java.util.Random;

/** Bytes near good ones: some cut, some repeated, some turned. */
public final class Mutations {
    private Mutations() {}

    public static byte[] of(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            int end = Math.min(bytes.length, at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) "\n +/=— \"{}[],:0x".charAt(random.nextInt(15));
                case 2 -> bytes = join(bytes, 0, at, bytes, end, bytes.length);
                case 3 -> bytes = join(bytes, 0, end, bytes, at, bytes.length);
                default -> bytes[at] = good[random.nextInt(good.length)];
            }
        }
        return bytes;
    }

    private static byte[] join(byte[] a, int from, int to, byte[] b, int start, int end) {
        byte[] both = Arrays.copyOf(Arrays.copyOfRange(a, from, to), to - from + end - start);
        System.arraycopy(b, start, both, to - from, end - start);
        return both;
    }
}
