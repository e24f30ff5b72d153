package io.lethe.node.chunk;

import io.lethe.node.base.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves when told. */
final class ManualClock implements Clock {
    private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);

    @Override
    public long wallMillis() {
        return millis.get();
    }

    @Override
    public long nanos() {
        return millis.get() * 1_000_000;
    }

    void advanceMillis(long by) {
        millis.addAndGet(by);
    }
}
