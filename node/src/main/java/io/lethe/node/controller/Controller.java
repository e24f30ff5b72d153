package io.lethe.node.controller;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StorageClass;
import io.lethe.node.placement.Candidate;
import io.lethe.node.placement.PgPlanner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The elected controller, as background work that does nothing on the other nodes. Each step
 * compares what is with what should be and sends the first commands that are lacking, all under the
 * controller epoch, so that a deposed controller changes nothing. It keeps no state that a
 * successor would need. One task.
 */
public final class Controller implements Worker {
    /** Two keys are valid at a time, so a ticket of at most a minute never outlives its key. */
    private static final Duration TICKET_KEY_LIFE = Duration.ofHours(1);

    private final ControllerPorts ports;
    private final Duration evictAfter;
    private final Orders orders;
    private final Births births;
    private long ticketKeyAtNanos;
    private boolean ticketKeyKnown;

    /** Told while this node has controlled; 0: none yet. */
    private int toldLevel;

    /**
     * @param evictAfter a device that is slow for this long is to be emptied
     */
    public Controller(ControllerPorts ports, Duration evictAfter) {
        this.ports = ports;
        this.evictAfter = evictAfter;
        orders = new Orders(ports);
        births = new Births(ports, orders);
    }

    @Override
    public String name() {
        return "controller";
    }

    @Override
    public Step step() throws InterruptedException {
        if (ports.coordination().controllerEpoch().isEmpty()) {
            ticketKeyKnown = false;
            toldLevel = 0;
            return new Step.Idle("another node is the controller");
        }
        Optional<DirectoryVoters> voters = ports.coordination().directoryVoters();
        if (voters.isEmpty()) {
            return new Step.Idle("the directory has no voters yet");
        }
        // What follows compares with this node's copy: it must be no older than the last
        // controller's end.
        ports.metadata()
                .catchUpDirectory(ports.tasks().clock().nanos() + Duration.ofSeconds(5).toNanos());
        if (ports.directory().cluster().isEmpty()) {
            births.initCluster(voters.get());
            return Step.worked();
        }
        boolean changed = births.createOperator();
        changed |= tellLevel();
        changed |= follow();
        changed |= births.createPartitions();
        changed |= keepGroups();
        changed |= keepTicketKey();
        return changed ? Step.worked() : new Step.Idle("the cluster is as it should be");
    }

    private boolean follow() throws InterruptedException {
        if (!ports.coordination().connected()) {
            return false;
        }
        List<DirectoryCommand> commands =
                NodeFollower.plan(
                        ports.coordination().nodes(),
                        ports.directory().nodes(),
                        ports.directory().devices(),
                        ports.directory().featureLevel(),
                        ports.tasks().clock().wallMillis() - evictAfter.toMillis());
        for (DirectoryCommand command : commands) {
            var _ = orders.apply(command);
        }
        return !commands.isEmpty();
    }

    /** Who comes without a copy of the directory hears from the coordination service. */
    private boolean tellLevel() {
        int level = ports.directory().featureLevel();
        if (level == toldLevel || !ports.coordination().connected()) {
            return false;
        }
        ports.coordination().tellFeatureLevel(level);
        toldLevel = level;
        return true;
    }

    private boolean keepGroups() throws InterruptedException {
        boolean changed = false;
        for (StorageClass storageClass : ports.directory().storageClasses()) {
            List<PlacementGroup> open = ports.directory().openPlacementGroups(storageClass.name());
            for (PgPlanner.Plan plan :
                    PgPlanner.plan(storageClass.scheme(), writable(), open, ports.random())) {
                var _ =
                        orders.apply(
                                new DirectoryCommand.CreatePg(
                                        storageClass.name(), plan.scheme(), plan.members()));
                changed = true;
            }
            changed |= closeFull(open);
        }
        return changed;
    }

    /** A group with a full member takes no more, so that the planner makes another in its place. */
    private boolean closeFull(List<PlacementGroup> open) throws InterruptedException {
        boolean changed = false;
        for (PlacementGroup pg : open) {
            boolean full =
                    pg.members().stream()
                            .map(device -> ports.directory().device(device))
                            .anyMatch(
                                    d ->
                                            d.isPresent()
                                                    && d.get().state() == DeviceRecord.State.FULL);
            if (full) {
                var _ =
                        orders.apply(
                                new DirectoryCommand.SetPgState(
                                        pg.id(), PlacementGroup.State.FULL));
                changed = true;
            }
        }
        return changed;
    }

    private List<Candidate> writable() {
        List<Candidate> candidates = new ArrayList<>();
        String failureDomain = ports.plan().failureDomain();
        for (DeviceRecord device : ports.directory().devices()) {
            Optional<NodeRecord> node = ports.directory().node(device.node());
            if (device.wanted() && node.isPresent()) {
                candidates.add(
                        new Candidate(
                                device.id(),
                                Domains.of(device, node.get(), failureDomain),
                                Math.max(1, device.freeBytes())));
            }
        }
        return candidates;
    }

    private boolean keepTicketKey() throws InterruptedException {
        List<NodeRecord> nodes = ports.directory().nodes();
        Set<NodeId> lacking = new HashSet<>();
        int newest = 0;
        for (NodeRecord node : nodes) {
            Map<Integer, SealedTicketKey> keys = ports.directory().ticketKeys(node.id());
            if (keys.isEmpty()) {
                lacking.add(node.id());
            }
            for (int keyId : keys.keySet()) {
                newest = Math.max(newest, keyId);
            }
        }
        long now = ports.tasks().clock().nanos();
        boolean due = ticketKeyKnown && now - ticketKeyAtNanos > TICKET_KEY_LIFE.toNanos();
        if (lacking.isEmpty() && !due) {
            if (!ticketKeyKnown) {
                ticketKeyKnown = true;
                ticketKeyAtNanos = now;
            }
            return false;
        }
        try {
            var _ =
                    orders.apply(
                            new DirectoryCommand.PutTicketKey(
                                    newest + 1, ports.secrets().freshTicketKey(newest + 1, nodes)));
        } finally {
            ticketKeyKnown = true;
            ticketKeyAtNanos = now;
        }
        return true;
    }
}
