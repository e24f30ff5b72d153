package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.GarbageRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gives back the space of deleted segments, for the partitions that this node leads: deletes each
 * chunk on each member, and takes a segment off the garbage list only once all have said so. A
 * segment with a member away is passed over and met again on the next round. One task.
 */
public final class Reclaimer implements Worker {
    /** Segments a step: their deletes are on their way at once. */
    private static final int BATCH = 64;

    private static final Duration STEP_WITHIN = Duration.ofSeconds(20);

    private final ObjectPorts ports;
    private final Leadership leadership;
    private final Map<GroupId, @Nullable Bytes> cursors = new HashMap<>();

    public Reclaimer(ObjectPorts ports, Leadership leadership) {
        this.ports = ports;
        this.leadership = leadership;
    }

    @Override
    public String name() {
        return "reclaim";
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        List<GroupId> led = leadership.ledPartitions();
        cursors.keySet().retainAll(led);
        int reclaimed = 0;
        int waiting = 0;
        for (GroupId partition : led) {
            Round round = round(partition);
            reclaimed += round.reclaimed;
            waiting += round.waiting;
        }
        String progress = reclaimed + " segments reclaimed, " + waiting + " wait for a device";
        return reclaimed > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private record Round(int reclaimed, int waiting) {}

    private Round round(GroupId partition) throws InterruptedException {
        long deadlineNanos = ports.tasks().clock().nanos() + STEP_WITHIN.toNanos();
        long before =
                ports.tasks().clock().wallMillis() - ports.settings().reclaimDelay().toMillis();
        PartitionAnswer answer =
                ports.metadata()
                        .queryIn(
                                partition,
                                new PartitionQuery.Garbage(cursors.get(partition), before, BATCH),
                                deadlineNanos);
        if (!(answer instanceof PartitionAnswer.GarbagePage(List<GarbageRow> rows, Bytes next))) {
            return new Round(0, 0);
        }
        cursors.put(partition, next);
        List<List<Promise<Boolean>>> deletes = new ArrayList<>();
        for (GarbageRow row : rows) {
            deletes.add(delete(row.segment(), deadlineNanos));
        }
        List<Bytes> gone = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (all(deletes.get(i), deadlineNanos)) {
                gone.add(rows.get(i).garbageKey());
            }
        }
        if (!gone.isEmpty()) {
            PartitionReply reply =
                    ports.metadata()
                            .executeIn(
                                    partition,
                                    new PartitionCommand.Reclaimed(gone),
                                    ports.directory().index(),
                                    deadlineNanos);
            if (!(reply instanceof PartitionReply.Done)) {
                throw Commits.failure(reply);
            }
            ports.meters().segmentsReclaimed.add(gone.size());
        }
        return new Round(gone.size(), rows.size() - gone.size());
    }

    private List<Promise<Boolean>> delete(SegmentRef segment, long deadlineNanos) {
        List<Promise<Boolean>> deletes = new ArrayList<>();
        Optional<PlacementGroup> pg = ports.directory().placementGroup(segment.pg());
        if (pg.isEmpty()) {
            Promise<Boolean> unknown = ports.tasks().promise();
            unknown.complete(false);
            return List.of(unknown);
        }
        Ticket ticket =
                ports.tickets()
                        .mint(
                                Ticket.Operation.DELETE,
                                segment.pg(),
                                pg.get().epoch(),
                                segment.segment());
        for (int i = 0; i < pg.get().members().size(); i++) {
            ChunkKey key = new ChunkKey(segment.pg(), segment.segment(), i);
            for (DeviceId device : pg.get().holders(i)) {
                if (!removed(device)) {
                    deletes.add(ports.peers().delete(device, ticket, key, deadlineNanos));
                }
            }
        }
        return deletes;
    }

    private boolean removed(DeviceId device) {
        return ports.directory()
                .device(device)
                .map(record -> record.state() == DeviceRecord.State.REMOVED)
                .orElse(false);
    }

    private static boolean all(List<Promise<Boolean>> deletes, long deadlineNanos)
            throws InterruptedException {
        boolean all = true;
        for (Promise<Boolean> delete : deletes) {
            try {
                all &= delete.await(deadlineNanos);
            } catch (TimeoutException | RuntimeException e) {
                // The row stays on the list, and its other chunks are deleted all the same.
                all = false;
            }
        }
        return all;
    }
}
