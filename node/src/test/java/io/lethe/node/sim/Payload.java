package io.lethe.node.sim;

import io.lethe.node.object.Body;
import java.util.Arrays;

/** Bytes that a number stands for. */
final class Payload {
    private Payload() {}

    static byte[] of(int value, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        long state = value * 0x9E3779B97F4A7C15L + 1;
        for (int i = 0; i < lengthBytes; i++) {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            bytes[i] = (byte) state;
        }
        return bytes;
    }

    static Body body(byte[] bytes, boolean declared) {
        return new Body() {
            private int taken;

            @Override
            public long declaredBytes() {
                return declared ? bytes.length : UNKNOWN;
            }

            @Override
            public int read(byte[] target, int offset, int lengthBytes) {
                if (taken == bytes.length) {
                    return -1;
                }
                int count = Math.min(lengthBytes, bytes.length - taken);
                System.arraycopy(bytes, taken, target, offset, count);
                taken += count;
                return count;
            }
        };
    }

    static boolean same(byte[] whole, int from, byte[] part) {
        return from >= 0
                && from + part.length <= whole.length
                && Arrays.equals(whole, from, from + part.length, part, 0, part.length);
    }
}
