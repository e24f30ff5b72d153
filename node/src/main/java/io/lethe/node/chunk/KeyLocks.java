package io.lethe.node.chunk;

import io.lethe.node.model.ChunkKey;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * At most one change of a chunk at a time: finish, delete, erase, move. Holds as many keys as
 * threads are inside. Safe for any platform thread; not reentrant.
 */
final class KeyLocks {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private final Set<ChunkKey> held = new HashSet<>();

    /** A held key. */
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    Hold hold(ChunkKey key) {
        lock.lock();
        try {
            while (!held.add(key)) {
                released.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        return () -> release(key);
    }

    private void release(ChunkKey key) {
        lock.lock();
        try {
            boolean _ = held.remove(key);
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
