package io.lethe.node.repair;

import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.LocalDevices;
import io.lethe.node.object.ObjectPorts;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes a device's chunks of groups in which it has no part any more, once readers' tickets of
 * before have run out. One task.
 *
 * <p>A chunk is a stranger only where the directory knows its group, and in a later epoch than the
 * chunk's. Where the directory was set back it may have come here by a move that is forgotten:
 * until an operator lets it nothing is removed there at all, and then only what the member has as
 * well, and sound.
 *
 * <p>What is removed was listed before this node's copy of the directory was made as new as the
 * directory itself: so a chunk that was written under an epoch which this node has not heard of yet
 * is none of them.
 */
final class Strangers {
    /** Remembered at a time; the others are found again. */
    private static final int MOST_MISPLACED = 10_000;

    /** They stay a tenth longer at most than they must. */
    private static final int LOOKS_PER_DELAY = 10;

    /** Chunks removed in a step. */
    private static final int BATCH = 256;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final ObjectPorts ports;
    private final LocalDevices devices;
    private final DeviceId device;
    private final Map<PgId, Long> strangeSince = new HashMap<>();
    private boolean looked;
    private long lookedNanos;
    private final Map<ChunkKey, Long> misplacedSince = new HashMap<>();

    Strangers(ObjectPorts ports, LocalDevices devices, DeviceId device) {
        this.ports = ports;
        this.devices = devices;
        this.device = device;
    }

    /** Chunks of another place than the device has in their group now. */
    void misplaced(Collection<ChunkKey> chunks) {
        long now = ports.tasks().clock().nanos();
        for (ChunkKey one : chunks) {
            if (misplacedSince.size() < MOST_MISPLACED) {
                var _ = misplacedSince.putIfAbsent(one, now);
            }
        }
    }

    /** Whether any chunk was removed. */
    boolean step() throws InterruptedException {
        if (!ports.reclaimsUnknown()) {
            return false;
        }
        long now = ports.tasks().clock().nanos();
        if (!looked || now - lookedNanos >= reclaimNanos() / LOOKS_PER_DELAY) {
            look(now);
        }
        for (Map.Entry<PgId, Long> one : strangeSince.entrySet()) {
            if (old(one.getValue(), now)) {
                if (remove(one.getKey())) {
                    return true;
                }
                one.setValue(now);
            }
        }
        return removeMisplaced(now);
    }

    /** Which groups have chunks here and should not. */
    private void look(long now) throws InterruptedException {
        Set<PgId> strange = new HashSet<>();
        for (PgId pg : await(devices.groups(device))) {
            if (!ours(pg)) {
                strange.add(pg);
                var _ = strangeSince.putIfAbsent(pg, now);
            }
        }
        strangeSince.keySet().retainAll(strange);
        looked = true;
        lookedNanos = now;
    }

    private boolean removeMisplaced(long now) throws InterruptedException {
        List<ChunkKey> due =
                misplacedSince.entrySet().stream()
                        .filter(one -> old(one.getValue(), now))
                        .map(Map.Entry::getKey)
                        .limit(BATCH)
                        .toList();
        if (due.isEmpty()) {
            return false;
        }
        ports.metadata().catchUpDirectory(deadlineNanos());
        for (ChunkKey chunk : due) {
            Optional<PlacementGroup> group = ports.directory().placementGroup(chunk.pg());
            boolean moved = group.isPresent() && group.get().chunkOf(device) != chunk.index();
            boolean sure = !ports.wasSetBack();
            if (moved && (sure || isHad(group.get(), chunk))) {
                var _ = await(devices.delete(device, chunk));
            }
            misplacedSince.remove(chunk);
        }
        return true;
    }

    private boolean old(long since, long now) {
        return now - since >= reclaimNanos();
    }

    private long reclaimNanos() {
        return ports.settings().reclaimDelay().toNanos();
    }

    private boolean ours(PgId pg) {
        return ports.directory()
                .placementGroup(pg)
                .map(one -> one.chunkOf(device) >= 0 || one.members().contains(device))
                .orElse(true);
    }

    /** Removes of a group's chunks the first that may go, and those of its page. */
    private boolean remove(PgId pg) throws InterruptedException {
        ChunkKey after = null;
        List<ChunkInfo> page;
        do {
            page = await(devices.list(device, pg, after, BATCH));
            ports.metadata().catchUpDirectory(deadlineNanos());
            Optional<PlacementGroup> group = ports.directory().placementGroup(pg);
            if (group.isEmpty() || ours(pg)) {
                return false;
            }
            int removed = 0;
            for (ChunkInfo chunk : page) {
                after = chunk.key();
                boolean strange = chunk.pgEpoch() < group.get().epoch();
                boolean sure = !group.get().mayHaveForgotten(chunk.pgEpoch());
                if (strange && (sure || isHad(group.get(), after))) {
                    var _ = await(devices.delete(device, after));
                    removed++;
                }
            }
            if (removed > 0) {
                return true;
            }
        } while (page.size() == BATCH);
        return false;
    }

    /** Whether the member has a chunk that is here. */
    private boolean isHad(PlacementGroup group, ChunkKey chunk) throws InterruptedException {
        DeviceId member = group.writer(chunk.index());
        Ticket ticket =
                ports.tickets()
                        .mint(Ticket.Operation.INSPECT, group.id(), group.epoch(), chunk.segment());
        long deadlineNanos = deadlineNanos();
        try {
            return ports.await(
                            member,
                            ports.peers().verify(member, ticket, chunk, deadlineNanos),
                            deadlineNanos)
                    == Verdict.SOUND;
        } catch (StoreException e) {
            // Who can't say does not have it; it is asked again after a while.
            return false;
        }
    }

    private long deadlineNanos() {
        return ports.tasks().clock().nanos() + ANSWER_WITHIN.toNanos();
    }

    private <T> T await(Promise<T> answer) throws InterruptedException {
        return ports.await(device, answer, deadlineNanos());
    }
}
