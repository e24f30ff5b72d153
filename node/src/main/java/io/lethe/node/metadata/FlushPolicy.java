package io.lethe.node.metadata;

import io.lethe.node.base.Check;
import java.util.concurrent.TimeUnit;

/**
 * When a group's table is flushed besides snapshots: it bounds what a restart applies again, and
 * lets key slots be used again.
 *
 * @param bytes of changes since the last flush
 * @param nanos since the last flush, where there are any changes
 */
public record FlushPolicy(long bytes, long nanos) {
    public FlushPolicy {
        Check.range("flush bytes", bytes, 1 << 16, 1L << 34);
        Check.range("flush nanos", nanos, 1, TimeUnit.DAYS.toNanos(1));
    }

    /** 8 MiB (a second of replay); five minutes, since each flush leaves a file in every family. */
    public static FlushPolicy standard() {
        return new FlushPolicy(8 << 20, TimeUnit.MINUTES.toNanos(5));
    }
}
