package io.lethe.node.controller;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.cluster.Registration;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.state.Holder;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Drops holders of freshness leases whose incarnation has vanished, so that nobody waits for them:
 *
 * <pre>
 * REGISTERED, away for the grace     suspend: from here no round grants it a lease
 * SUSPENDED, for longer than a lease drop: the last one granted before has run out
 * SUSPENDED, registers again         REGISTERED: it lives, and had only lost the coordination
 * </pre>
 *
 * <p>Times are counted from when this controller saw them, by its own monotonic clock: a successor
 * counts anew. Does nothing on other nodes. One task.
 */
public final class HolderKeeper implements Worker {
    /** A node that restarts, or whose session is renewed, keeps its row. */
    static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private record Life(NodeId node, long incarnation) {}

    private final ControllerPorts ports;
    private final Orders orders;
    private final Clock clock;
    private final long leaseNanos;
    private final Map<Life, Long> missingSince = new HashMap<>();
    private final Map<Life, Long> suspendedSince = new HashMap<>();

    /**
     * @param leaseNanos a lease's full length; two hundredths more are waited, for a holder's clock
     *     that runs 1 % slow and this one 1 % fast
     */
    public HolderKeeper(ControllerPorts ports, long leaseNanos) {
        this.ports = ports;
        orders = new Orders(ports);
        clock = ports.tasks().clock();
        this.leaseNanos = leaseNanos + leaseNanos / 50;
    }

    @Override
    public String name() {
        return "lease-holders";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            missingSince.clear();
            suspendedSince.clear();
            return new Step.Idle("another node is the controller");
        }
        if (!ports.coordination().connected() || ports.directory().cluster().isEmpty()) {
            return new Step.Idle("who is here is not known now");
        }
        Map<NodeId, Registration> here = ports.coordination().nodes();
        Map<NodeId, Holder> holders = ports.directory().holders();
        int changed = 0;
        for (Map.Entry<NodeId, Holder> one : holders.entrySet()) {
            Life life = new Life(one.getKey(), one.getValue().incarnation());
            Registration said = here.get(life.node());
            boolean alive =
                    said != null
                            && said.incarnation() == life.incarnation()
                            && !removed(life.node());
            if (alive) {
                missingSince.remove(life);
                suspendedSince.remove(life);
            } else if (one.getValue().suspended()) {
                changed += drop(life) ? 1 : 0;
            } else {
                changed += suspend(life) ? 1 : 0;
            }
        }
        missingSince.keySet().removeIf(life -> !holders.containsKey(life.node()));
        suspendedSince.keySet().removeIf(life -> !holders.containsKey(life.node()));
        return changed > 0
                ? new Step.Worked(changed + " holders on their way out")
                : new Step.Idle(holders.size() + " holders");
    }

    private boolean removed(NodeId node) {
        return ports.directory().node(node).map(NodeRecord::removed).orElse(false);
    }

    private boolean suspend(Life life) throws InterruptedException {
        suspendedSince.remove(life);
        long now = clock.nanos();
        Long since = missingSince.putIfAbsent(life, now);
        if (since == null || now - since < GRACE_NANOS) {
            return false;
        }
        var _ = orders.apply(new DirectoryCommand.SuspendHolder(life.node(), life.incarnation()));
        missingSince.remove(life);
        suspendedSince.put(life, clock.nanos());
        return true;
    }

    private boolean drop(Life life) throws InterruptedException {
        long now = clock.nanos();
        Long since = suspendedSince.putIfAbsent(life, now);
        if (since == null || now - since < leaseNanos) {
            return false;
        }
        suspendedSince.remove(life);
        var _ = orders.apply(new DirectoryCommand.DropHolder(life.node(), life.incarnation()));
        return true;
    }
}
