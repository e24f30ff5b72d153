package io.lethe.node.metadata.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bounds the bytes of entries that a follower has received and not applied: the library bounds
 * entries, not bytes. A refused append is sent again by the leader. Safe for any thread.
 */
final class AppendBudget {
    private record Batch(long lastIndex, long bytes) {}

    private final long mostBytes;
    private final Deque<Batch> waiting = new ArrayDeque<>();
    private final LongAdder rejected = new LongAdder();
    private long term;
    private long bytes;

    AppendBudget(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** False: no room. One batch always fits, whatever its size. */
    synchronized boolean admit(long leaderTerm, long lastIndex, long appendBytes) {
        if (leaderTerm > term) {
            // Entries of an older leader may never commit; the new one's must not wait for them.
            term = leaderTerm;
            waiting.clear();
            bytes = 0;
        }
        if (bytes > 0 && bytes + appendBytes > mostBytes) {
            rejected.increment();
            return false;
        }
        waiting.add(new Batch(lastIndex, appendBytes));
        bytes += appendBytes;
        return true;
    }

    synchronized void applied(long index) {
        for (Batch first = waiting.peek(); first != null; first = waiting.peek()) {
            if (first.lastIndex() > index) {
                return;
            }
            bytes -= first.bytes();
            waiting.remove();
        }
    }

    synchronized long bytes() {
        return bytes;
    }

    long rejected() {
        return rejected.sum();
    }
}
