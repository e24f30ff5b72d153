package io.lethe.node.sim;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.Scheme;
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

    /** How long a value is: most are short. */
    static int size(SimLoop loop, Scheme scheme) {
        int stripe = scheme.k() * scheme.cellBytes();
        int dice = loop.random.nextInt(100);
        if (dice < 5) {
            return 0;
        }
        if (dice < 45) {
            return loop.random.nextInt(4 * 1024);
        }
        if (dice < 92) {
            return 4_000 + loop.random.nextInt(60_000);
        }
        return stripe + loop.random.nextInt(stripe + 2);
    }

    /**
     * @param mostPauseNanos how long the sender may take before each piece
     */
    static Body body(
            byte[] bytes, boolean declared, SimLoop loop, Tasks tasks, long mostPauseNanos) {
        return new Body() {
            private int taken;

            @Override
            public long declaredBytes() {
                return declared ? bytes.length : UNKNOWN;
            }

            @Override
            public int read(byte[] target, int offset, int lengthBytes)
                    throws InterruptedException {
                if (mostPauseNanos > 0) {
                    tasks.sleep(loop.within(mostPauseNanos));
                }
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
