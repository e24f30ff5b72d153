package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves when it is told to. */
final class SteppedClock implements Clock {
    private final AtomicLong now = new AtomicLong(1_000_000_000L);

    void advance(long nanos) {
        now.addAndGet(nanos);
    }

    @Override
    public long wallMillis() {
        return now.get() / 1_000_000;
    }

    @Override
    public long nanos() {
        return now.get();
    }
}
