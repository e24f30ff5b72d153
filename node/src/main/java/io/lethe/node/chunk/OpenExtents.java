package io.lethe.node.chunk;

import io.lethe.node.chunk.ExtentIndex.Dead;
import io.lethe.node.model.ChunkKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which extents are being read, so that nobody punches a hole under a reader. Safe for any thread;
 * nothing here touches the disk, so a network loop may release.
 */
final class OpenExtents {
    private static final class Hold {
        int readers;
        @Nullable Dead dead;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final Map<Location, Hold> holds = new HashMap<>();
    private final List<Dead> ready = new ArrayList<>();
    private int open;

    void acquire(Location place) {
        lock.lock();
        try {
            holds.computeIfAbsent(place, _ -> new Hold()).readers++;
            open++;
        } finally {
            lock.unlock();
        }
    }

    void release(Location place) {
        lock.lock();
        try {
            Hold hold = holds.get(place);
            if (hold == null) {
                return;
            }
            open--;
            if (--hold.readers == 0) {
                var _ = holds.remove(place);
                if (hold.dead != null) {
                    ready.add(hold.dead);
                }
                freed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** True when nobody reads it; else it is handed out by {@link #drain} once nobody does. */
    boolean retire(Dead dead) {
        lock.lock();
        try {
            Hold hold = holds.get(dead.place());
            if (hold == null) {
                return true;
            }
            hold.dead = dead;
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Takes back what was retired under a key: {@link #drain} will not hand it out. */
    List<Dead> claim(ChunkKey key) {
        lock.lock();
        try {
            List<Dead> claimed = new ArrayList<>();
            for (Hold hold : holds.values()) {
                if (hold.dead != null && hold.dead.key().equals(key)) {
                    claimed.add(hold.dead);
                    hold.dead = null;
                }
            }
            ready.stream().filter(dead -> dead.key().equals(key)).forEach(claimed::add);
            ready.removeAll(claimed);
            return claimed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nobody reads it; false when the time is up. */
    boolean awaitFree(Location place, long waitNanos) {
        lock.lock();
        try {
            long left = waitNanos;
            while (holds.containsKey(place)) {
                if (left <= 0) {
                    return false;
                }
                left = freed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Retired extents whose last reader has gone since the last call. */
    List<Dead> drain() {
        lock.lock();
        try {
            List<Dead> drained = List.copyOf(ready);
            ready.clear();
            return drained;
        } finally {
            lock.unlock();
        }
    }

    int open() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }
}
