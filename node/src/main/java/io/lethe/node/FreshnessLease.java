package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.state.Holder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.Lease;
import java.util.concurrent.TimeUnit;

/**
 * This node's freshness lease: after a read-index round that began after the request, its directory
 * copy is at least as new as the moment the request was sent, and may be used for the lease's
 * length from then on, less 1 % for clocks that run unevenly.
 *
 * <p>A round grants only where that copy names this incarnation as a holder that is not suspended.
 * So whoever reads the holders in the directory, and waits one lease after suspending one, knows
 * everybody who may still go by an older copy. A holder that is missing or suspended is registered,
 * and another round is run: the one before it counts for nothing.
 *
 * <p>Renewed by a worker; read by any thread.
 */
final class FreshnessLease implements Lease, Worker {
    private static final long REGISTER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Metadata metadata;
    private final Directory directory;
    private final NodeId self;
    private final long incarnation;
    private final Clock clock;
    private final long leaseNanos;
    private volatile long untilNanos;
    private volatile boolean granted;

    FreshnessLease(
            Metadata metadata,
            Directory directory,
            NodeId self,
            long incarnation,
            Clock clock,
            long leaseNanos) {
        this.metadata = metadata;
        this.directory = directory;
        this.self = self;
        this.incarnation = incarnation;
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
        if (round()) {
            return new Step.Idle("fresh");
        }
        if (directory.cluster().isEmpty()) {
            return new Step.Idle("the cluster is not set up yet");
        }
        DirectoryReply reply =
                metadata.execute(
                                new DirectoryCommand.RegisterHolder(self, incarnation),
                                0,
                                clock.nanos() + REGISTER_NANOS)
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode _, String message)) {
            return new Step.Failed(message);
        }
        return round()
                ? new Step.Worked("registered as a holder")
                : new Step.Failed("registered as a holder, and suspended again at once");
    }

    private boolean round() throws InterruptedException {
        long sent = clock.nanos();
        metadata.catchUpDirectory(sent + leaseNanos);
        Holder own = directory.holders().get(self);
        if (own == null || own.incarnation() != incarnation || own.suspended()) {
            return false;
        }
        untilNanos = sent + leaseNanos;
        granted = true;
        return true;
    }
}
