package io.lethe.node.chunk.wire;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all streams of a server may buffer together. Safe for any thread. */
final class BufferBudget {
    private final long mostBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    BufferBudget(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** False, and nothing reserved, when it would not fit. */
    boolean reserve(long bytes) {
        if (usedBytes.addAndGet(bytes) > mostBytes) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void release(long bytes) {
        usedBytes.addAndGet(-bytes);
    }

    long usedBytes() {
        return usedBytes.get();
    }
}
