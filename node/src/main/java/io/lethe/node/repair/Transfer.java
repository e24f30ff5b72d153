package io.lethe.node.repair;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.ObjectPorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Gets one device all chunks of one group that it should have, step by step. What it has already is
 * found from its own list, so nothing is remembered over a restart. One task.
 *
 * <p>States of a move X → Y, which runs on Y's node in epoch e:
 *
 * <pre>
 * BULK    every chunk that another member or X lists and Y lacks is copied from X or computed
 *         from any k others; uploads that began before e go on to X meanwhile
 * RAISE   X (if it is here) refuses writes below e, durably; then every partition notes that the
 *         chunk moved in e: segments written below e and committed from now on count it as missing
 * LAST    as BULK. A chunk that is durable at X, or whose segment was committed before RAISE, is in
 *         a list now: X takes no more, and commits had waited for the others
 * END     the directory makes Y the member in epoch e + 1
 * </pre>
 *
 * A pass counts only if every member was listed, or is away or removed, and enough of them were
 * that whatever can be read is in one of the lists; and if nothing was left over. Else the pass is
 * made again: so a move never ends before redundancy is back.
 *
 * <p>A <i>check</i> of a group whose member the device is makes one pass, and ends nothing.
 */
final class Transfer {
    /** Chunks that are under way at once: hides the way to the disks and back. */
    private static final int LANES = 8;

    /** Entries of the lists in a step. */
    private static final int STEP_ENTRIES = 1_000;

    /** The rest is found in the next check. */
    private static final int MOST_MISPLACED = 1_000;

    private static final Duration CALL_WITHIN = Duration.ofSeconds(10);

    private static final SegmentId NO_SEGMENT = new SegmentId(new Id128(0, 0));

    enum Phase {
        BULK,
        LAST,
        ENDED
    }

    private final ObjectPorts ports;
    private final Mending mending;
    private final DeviceId device;
    private final PlacementGroup pg;
    private final int chunk;
    private final boolean moves;
    private Phase phase = Phase.BULK;
    private Inventory inventory;
    private final Counts counts = new Counts();
    private int waiting;
    private final List<ChunkKey> misplaced = new ArrayList<>();

    /** How far it is; for operators. */
    static final class Counts {
        long segmentsSeen;
        long chunksCopied;
        long chunksComputed;
        long bytes;
    }

    /**
     * @param pg as it is now; the transfer is void once its epoch is another
     */
    Transfer(ObjectPorts ports, Mending mending, DeviceId device, PlacementGroup pg) {
        this.ports = ports;
        this.mending = mending;
        this.device = device;
        this.pg = pg;
        chunk = pg.chunkOf(device);
        moves = pg.move() != null && pg.move().to().equals(device);
        inventory = new Inventory(ports, pg.id(), List.of());
    }

    PlacementGroup group() {
        return pg;
    }

    boolean moves() {
        return moves;
    }

    Phase phase() {
        return phase;
    }

    Counts counts() {
        return counts;
    }

    /** Chunks of the present pass that can't be had now. */
    int waiting() {
        return waiting;
    }

    /** Must be called once, before the first step. */
    void begin() {
        newPass();
    }

    /** From now on the member that is left takes no more chunks of older epochs. */
    private void closeOldMember() throws InterruptedException {
        DeviceId left = pg.members().get(chunk);
        if (usable(left)) {
            Ticket ticket =
                    ports.tickets().mint(Ticket.Operation.MOVE, pg.id(), pg.epoch(), NO_SEGMENT);
            long deadlineNanos = deadlineNanos();
            try {
                var _ =
                        ports.peers()
                                .refuseBelow(left, ticket, pg.id(), pg.epoch(), deadlineNanos)
                                .await(deadlineNanos);
            } catch (TimeoutException e) {
                throw new StoreException(
                        ErrorCode.DEADLINE, "device " + left + " did not answer in time");
            }
        }
    }

    private void newPass() {
        waiting = 0;
        inventory = new Inventory(ports, pg.id(), sources());
    }

    /** Whom to ask: all that may have chunks of the group, and are here. */
    private List<DeviceId> sources() {
        List<DeviceId> sources = new ArrayList<>();
        for (int i = 0; i < pg.members().size(); i++) {
            for (DeviceId one : pg.holders(i)) {
                if (one.equals(device) || usable(one)) {
                    sources.add(one);
                }
            }
        }
        int others = (int) sources.stream().filter(one -> !one.equals(device)).count();
        int least = Math.max(pg.scheme().k(), pg.scheme().m());
        if (others < least) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "only "
                            + others
                            + " other members of "
                            + pg.id()
                            + " are here, and "
                            + least
                            + " are needed to know what it holds");
        }
        return sources;
    }

    private boolean usable(DeviceId one) {
        return ports.directory().device(one).map(DeviceRecord::readable).orElse(false);
    }

    /**
     * Goes on.
     *
     * @return whether it has ended: everything is there, and of a move that the directory says so
     * @throws StoreException when a device or partition does not answer: call again, which begins
     *     the pass anew
     */
    boolean step() throws InterruptedException {
        boolean whole = false;
        try {
            boolean ended = !entries() && endPass();
            whole = true;
            return ended;
        } finally {
            if (!whole) {
                newPass();
            }
        }
    }

    /** Mends some entries; false at the end of the lists. */
    private boolean entries() throws InterruptedException {
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < STEP_ENTRIES; i++) {
            Inventory.Entry entry = inventory.next();
            if (entry == null) {
                join(lanes);
                return false;
            }
            counts.segmentsSeen++;
            noteMisplaced(entry);
            ChunkInfo own = entry.own(device, chunk);
            if (own == null) {
                lanes.add(lane(() -> mend(entry)));
            } else if (own.pgEpoch() < pg.epoch() && entry.chunks() < pg.scheme().k()) {
                lanes.add(lane(() -> settle(own)));
            }
            if (lanes.size() == LANES) {
                join(lanes);
                lanes.clear();
            }
        }
        join(lanes);
        return true;
    }

    private void noteMisplaced(Inventory.Entry entry) {
        for (Inventory.Held one : entry.held()) {
            boolean ours = one.device().equals(device);
            if (ours
                    && one.chunk().key().index() != chunk
                    && one.chunk().pgEpoch() < pg.epoch()
                    && misplaced.size() < MOST_MISPLACED
                    && !misplaced.contains(one.chunk().key())) {
                misplaced.add(one.chunk().key());
            }
        }
    }

    /**
     * Chunks that the device has from when it held another place in the group, as far as this
     * remembers.
     */
    List<ChunkKey> misplaced() {
        return misplaced;
    }

    /** A chunk under way. */
    private record Lane(Tasks.Task task, Promise<Boolean> done) {}

    /** What a lane does; false where a chunk is needed and can't be had now. */
    private interface Work {
        boolean run() throws InterruptedException;
    }

    private Lane lane(Work work) {
        Promise<Boolean> done = ports.tasks().promise();
        Tasks.Task task =
                ports.tasks()
                        .fork(
                                "mend-" + device,
                                () -> {
                                    try {
                                        done.complete(work.run());
                                    } catch (InterruptedException e) {
                                        done.complete(false);
                                    } catch (StoreException e) {
                                        done.fail(e);
                                    }
                                });
        return new Lane(task, done);
    }

    private void join(List<Lane> lanes) throws InterruptedException {
        StoreException failure = null;
        for (Lane one : lanes) {
            try {
                // Each call within has a deadline of its own.
                waiting += one.done().await(Long.MAX_VALUE) ? 0 : 1;
            } catch (StoreException e) {
                failure = e;
            } catch (TimeoutException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                // The node stops: what is under way must not outlive what it stands on.
                lanes.forEach(lane -> lane.task().cancel());
                throw e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * The device has a chunk of which others have too few: it may be from when it was a member
     * before, of a segment that was deleted while it was none.
     */
    private boolean settle(ChunkInfo own) throws InterruptedException {
        if (mending.abandoned(own)) {
            Ticket ticket =
                    ports.tickets()
                            .mint(
                                    Ticket.Operation.DELETE,
                                    pg.id(),
                                    pg.epoch(),
                                    own.key().segment());
            long deadlineNanos = deadlineNanos();
            try {
                var _ =
                        ports.peers()
                                .delete(device, ticket, own.key(), deadlineNanos)
                                .await(deadlineNanos);
            } catch (TimeoutException e) {
                return false;
            }
        }
        return true;
    }

    /** False where the chunk is needed and can't be had now. */
    private boolean mend(Inventory.Entry entry) throws InterruptedException {
        Inventory.Held there = entry.other(device, chunk);
        if (there != null) {
            try {
                mending.copy(pg, there.chunk(), there.device());
                note(there.chunk(), true);
                return true;
            } catch (StoreException e) {
                // Damaged or deleted there meanwhile: the partition knows which.
            }
        }
        Mending.Outcome outcome = mending.compute(entry.any(), chunk);
        if (outcome == Mending.Outcome.MENDED) {
            note(entry.any(), false);
        }
        return outcome != Mending.Outcome.WAITS;
    }

    private synchronized void note(ChunkInfo like, boolean copied) {
        counts.bytes += like.lengthBytes();
        if (copied) {
            counts.chunksCopied++;
        } else {
            counts.chunksComputed++;
        }
        ports.meters().chunksRebuilt.increment();
    }

    /** The lists were read to their end. */
    private boolean endPass() throws InterruptedException {
        if (waiting > 0) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    waiting + " chunks of " + pg.id() + " can't be read or written now");
        }
        if (!moves) {
            phase = Phase.ENDED;
            return true;
        }
        if (phase == Phase.BULK) {
            closeOldMember();
            raise();
            phase = Phase.LAST;
            newPass();
            return false;
        }
        end();
        phase = Phase.ENDED;
        return true;
    }

    private void raise() throws InterruptedException {
        long deadlineNanos = deadlineNanos();
        ports.metadata().catchUpDirectory(deadlineNanos);
        for (PartitionRecord partition : ports.directory().partitions()) {
            PartitionReply reply =
                    ports.metadata()
                            .executeIn(
                                    partition.id(),
                                    new PartitionCommand.RaisePgEpoch(pg.id(), pg.epoch(), chunk),
                                    ports.directory().index(),
                                    deadlineNanos());
            if (!(reply instanceof PartitionReply.Done)) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE, partition.id() + " answered " + reply);
            }
        }
    }

    private void end() throws InterruptedException {
        DirectoryReply reply =
                ports.metadata()
                        .execute(
                                new DirectoryCommand.EndMove(
                                        pg.id(),
                                        pg.epoch(),
                                        new PlacementGroup.Move(chunk, device)),
                                0,
                                deadlineNanos())
                        .reply();
        if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)
                && code != ErrorCode.STALE_EPOCH) {
            throw new StoreException(code, message);
        }
        ports.metadata().catchUpDirectory(deadlineNanos());
    }

    private long deadlineNanos() {
        return ports.tasks().clock().nanos() + CALL_WITHIN.toNanos();
    }
}
