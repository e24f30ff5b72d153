package io.lethe.node.base;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Time as the test sets it: both readings stand still until they are moved. Any thread. */
public final class HandClock implements Clock {
    /** Wall time at the beginning, in milliseconds: in 2027, for no reason. */
    public static final long BIRTH_MILLIS = 1_800_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong aheadMillis = new AtomicLong();

    @Override
    public long wallMillis() {
        return BIRTH_MILLIS + TimeUnit.NANOSECONDS.toMillis(nanos.get()) + aheadMillis.get();
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    /** Moves both readings. */
    public void advance(long moreNanos) {
        nanos.addAndGet(moreNanos);
    }

    /** Moves both readings. */
    public void advance(Duration more) {
        advance(more.toNanos());
    }

    /** How far the wall clock is wrong. */
    public void setAhead(Duration ahead) {
        aheadMillis.set(ahead.toMillis());
    }
}
