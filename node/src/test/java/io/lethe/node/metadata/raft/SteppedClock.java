package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;

/** A clock that moves when it is told to. */
final class SteppedClock implements Clock {
    private volatile long now = 1_000_000_000L;

    void advance(long nanos) {
        now = now + nanos;
    }

    @Override
    public long wallMillis() {
        return now / 1_000_000;
    }

    @Override
    public long nanos() {
        return now;
    }
}
