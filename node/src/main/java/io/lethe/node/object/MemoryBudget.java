package io.lethe.node.object;

import io.lethe.node.base.task.Tasks;

/**
 * Bytes of memory that all requests of one kind share. Who asks for more than is free waits, in
 * order of arrival, so that a large request is not passed by small ones for ever; only the first in
 * line holds a part of what it wants, and those who hold all of theirs need nothing of it, so
 * nobody waits in a circle. Safe for any task.
 */
public final class MemoryBudget {
    /** Bytes are counted in these: a cell of a large segment. */
    private static final long UNIT_BYTES = 256 * 1024;

    private final int units;
    private final Tasks.Permits free;
    private final Tasks.Permits firstInLine;

    public MemoryBudget(Tasks tasks, long bytes) {
        units = Math.toIntExact(Math.max(1, bytes / UNIT_BYTES));
        free = tasks.permits(units);
        firstInLine = tasks.permits(1);
    }

    /** A part of the budget, given back when it is closed. */
    public final class Share implements AutoCloseable {
        private int held;

        private Share() {}

        @Override
        public synchronized void close() {
            for (; held > 0; held--) {
                free.release();
            }
        }
    }

    /** Waits for a share; more than the whole budget counts as the whole. */
    public Share take(long bytes) throws InterruptedException {
        long wanted = Math.clamp((bytes + UNIT_BYTES - 1) / UNIT_BYTES, 1, units);
        Share share = new Share();
        boolean whole = false;
        firstInLine.acquire();
        try {
            for (; share.held < wanted; share.held++) {
                free.acquire();
            }
            whole = true;
            return share;
        } finally {
            firstInLine.release();
            if (!whole) {
                share.close();
            }
        }
    }
}
