package io.lethe.node.chunk;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device may still be used. A failed write, sync or index is final: what the kernel
 * reports once it may not report again, so nothing is retried on it. Safe for any thread.
 */
final class DeviceHealth {
    /**
     * Reads that the disk may refuse before the whole device counts as failed: one bad sector is
     * the chunk's misfortune, a run of them the device's.
     */
    static final int MOST_READ_ERRORS = 16;

    /** From here on nothing new is put there. */
    static final int SICK_READ_ERRORS = 4;

    private final DeviceId device;
    private final AtomicReference<@Nullable String> fault = new AtomicReference<>();
    private final AtomicLong readErrors = new AtomicLong();

    DeviceHealth(DeviceId device) {
        this.device = device;
    }

    /** Marks the device as failed, for good, and returns what to throw. */
    StoreException failed(String doing, Exception cause) {
        String text = doing + ": " + cause.getMessage();
        boolean _ = fault.compareAndSet(null, text);
        return new StoreException(ErrorCode.UNAVAILABLE, explain(text), cause);
    }

    /** A read that the disk refused: the chunk is damaged, and at some point the device too. */
    StoreException readFailed(String doing, IOException cause) {
        if (readErrors.incrementAndGet() >= MOST_READ_ERRORS) {
            return failed(doing + ", after " + MOST_READ_ERRORS + " read errors", cause);
        }
        return new StoreException(
                ErrorCode.CORRUPT, doing + ": " + cause.getMessage() + "; repair it", cause);
    }

    /** What to say of the reads that the disk refused, where it were more than a few; or null. */
    @Nullable String refusals() {
        long errors = readErrors.get();
        return errors < SICK_READ_ERRORS
                ? null
                : "the disk has refused " + errors + " reads since the node was started";
    }

    void ensureServing() {
        String text = fault.get();
        if (text != null) {
            throw new StoreException(ErrorCode.UNAVAILABLE, explain(text));
        }
    }

    private String explain(String text) {
        return "device "
                + device
                + " has failed ("
                + text
                + "); its chunks are rebuilt elsewhere, replace it";
    }

    boolean hasFailed() {
        return fault.get() != null;
    }

    @Nullable String fault() {
        return fault.get();
    }
}
