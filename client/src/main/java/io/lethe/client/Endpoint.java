package io.lethe.client;

import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One gateway: its channel, made at first use, and the memory of its failures. An endpoint that
 * failed is avoided for a while that doubles with each failure in a row, and forgiven at the first
 * success. Safe for any thread.
 */
final class Endpoint {
    /** 0.5 s, doubled per failure to 30 s: a restart is noticed soon, a dead node costs little. */
    private static final long FIRST_PENALTY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int MOST_DOUBLINGS = 6;

    private final String address;
    private final Supplier<ManagedChannel> connector;
    private @Nullable ManagedChannel channel;
    private boolean closed;
    private int failuresInRow;
    private long penaltyEndNanos;

    Endpoint(String address, Supplier<ManagedChannel> connector) {
        this.address = address;
        this.connector = connector;
    }

    String address() {
        return address;
    }

    /** The channel, which is told to connect at once where the endpoint had failed. */
    synchronized ManagedChannel channel() {
        if (closed) {
            throw LetheException.of(ErrorCode.CANCELLED, "the client is closed");
        }
        ManagedChannel open = channel;
        if (open == null) {
            open = connector.get();
            channel = open;
        }
        if (failuresInRow > 0) {
            open.resetConnectBackoff();
        }
        return open;
    }

    synchronized void succeeded() {
        failuresInRow = 0;
    }

    synchronized void failed(long nowNanos) {
        long penalty = FIRST_PENALTY_NANOS << Math.min(failuresInRow, MOST_DOUBLINGS);
        failuresInRow++;
        penaltyEndNanos = nowNanos + penalty;
    }

    /** How long it is still to be avoided; 0 for a healthy one. */
    synchronized long penaltyNanos(long nowNanos) {
        return failuresInRow == 0 ? 0 : Math.max(0, penaltyEndNanos - nowNanos);
    }

    synchronized void close() {
        closed = true;
        ManagedChannel open = channel;
        if (open != null) {
            open.shutdownNow();
        }
    }

    /** Waits until its connection is gone, for as long as {@code millis}. */
    void awaitClosed(long millis) {
        ManagedChannel open;
        synchronized (this) {
            open = channel;
        }
        if (open == null) {
            return;
        }
        try {
            boolean unusedGone = open.awaitTermination(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
