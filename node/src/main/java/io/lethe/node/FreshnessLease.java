package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Lease;

/**
 * This node's freshness lease: after a read-index round that began after the request, its directory
 * copy is at least as new as the moment the request was sent, and may be used for the lease's
 * length from then on, less 1 % for clocks that run unevenly. Renewed by a worker; read by any
 * thread.
 */
final class FreshnessLease implements Lease, Worker {
    private final Metadata metadata;
    private final Clock clock;
    private final long leaseNanos;
    private volatile long untilNanos;
    private volatile boolean granted;

    FreshnessLease(Metadata metadata, Clock clock, long leaseNanos) {
        this.metadata = metadata;
        this.clock = clock;
        this.leaseNanos = leaseNanos - leaseNanos / 100;
    }

    boolean valid() {
        return granted && untilNanos - clock.nanos() > 0;
    }

    @Override
    public void check() {
        if (!valid()) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "this node has lost touch with the directory and serves nothing until it is"
                            + " back; try another node");
        }
    }

    @Override
    public String name() {
        return "lease";
    }

    /** Renews. */
    @Override
    public Step step() throws InterruptedException {
        long sent = clock.nanos();
        metadata.catchUpDirectory(sent + leaseNanos);
        untilNanos = sent + leaseNanos;
        granted = true;
        return new Step.Idle("fresh");
    }
}
