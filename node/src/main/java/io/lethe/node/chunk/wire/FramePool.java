package io.lethe.node.chunk.wire;

import java.util.concurrent.ArrayBlockingQueue;

/**
 * Arrays in which bodies of WRITE_DATA are gathered, used again so that they need not be zeroed and
 * collected. Keeps a bounded number of each size; more are left to the garbage collector. Safe for
 * any thread.
 */
final class FramePool {
    /** Doubling, and each a little longer, since cells carry a tag: at most half is wasted. */
    private static final int[] SIZES = {
        (16 << 10) + 16, (32 << 10) + 16, (64 << 10) + 16, (128 << 10) + 16, FrameHead.MOST_BODY
    };

    /** Kept of each size: 8 MiB of the largest, 16 MiB in all. */
    private static final int MOST_KEPT = 32;

    /** Below, a new array costs less than the pool. */
    private static final int LEAST_POOLED = 8 << 10;

    private final ArrayBlockingQueue<byte[]>[] kept;

    FramePool() {
        kept = queues();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // no arrays of a generic type without it
    private static ArrayBlockingQueue<byte[]>[] queues() {
        ArrayBlockingQueue<byte[]>[] queues = new ArrayBlockingQueue[SIZES.length];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = new ArrayBlockingQueue<>(MOST_KEPT);
        }
        return queues;
    }

    /** An array of at least {@code lengthBytes}, whatever it holds. */
    byte[] take(int lengthBytes) {
        if (lengthBytes < LEAST_POOLED) {
            return new byte[lengthBytes];
        }
        int size = 0;
        while (SIZES[size] < lengthBytes) {
            size++;
        }
        byte[] array = kept[size].poll();
        return array != null ? array : new byte[SIZES[size]];
    }

    /** Gives an array back that {@link #take} gave out. */
    void give(byte[] array) {
        for (int size = 0; size < SIZES.length; size++) {
            if (SIZES[size] == array.length) {
                var _ = kept[size].offer(array);
                return;
            }
        }
    }
}
