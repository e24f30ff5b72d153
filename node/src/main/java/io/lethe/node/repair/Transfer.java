package io.lethe.node.repair;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.metadata.KeyRanges;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    /** Entries whose writes are asked for together: some 10 KiB in a question to a partition. */
    private static final int ASKED = 128;

    /** The rest is found in the next check. */
    private static final int MOST_MISPLACED = 1_000;

    private static final Duration CALL_WITHIN = Duration.ofSeconds(10);

    private static final SegmentId NO_SEGMENT = new SegmentId(new Id128(0, 0));

    enum Phase {
        BULK,
        LAST,
        ENDED
    }

    private static final Logger log = LoggerFactory.getLogger(Transfer.class);

    private final ObjectPorts ports;
    private final Mending mending;
    private final MendLanes lanes;
    private final DeviceId device;
    private final PlacementGroup pg;
    private final int chunk;
    private final boolean moves;
    private final long beganMillis;
    private volatile Phase phase = Phase.BULK;
    private final Counts counts = new Counts();
    private final Set<ChunkKey> misplaced = new LinkedHashSet<>();

    /** Null where the next step begins a pass. */
    private @Nullable Inventory inventory;

    /** Chunks of the present pass that can't be had now. */
    private int waiting;

    private String whyWaiting = "";

    /** When the present part of the move began. */
    private long partNanos;

    private final StringBuilder took = new StringBuilder();

    /** How far it is; for operators. Safe for any thread. */
    static final class Counts {
        final LongAdder segmentsSeen = new LongAdder();
        final LongAdder chunksCopied = new LongAdder();
        final LongAdder chunksComputed = new LongAdder();
        final LongAdder bytes = new LongAdder();
    }

    /**
     * @param pg as it is now; the transfer is void once its epoch is another
     */
    Transfer(
            ObjectPorts ports,
            Mending mending,
            MendLanes lanes,
            DeviceId device,
            PlacementGroup pg) {
        this.ports = ports;
        this.mending = mending;
        this.lanes = lanes;
        this.device = device;
        this.pg = pg;
        chunk = pg.chunkOf(device);
        moves = pg.move() != null && pg.move().to().equals(device);
        beganMillis = ports.tasks().clock().wallMillis();
        partNanos = ports.tasks().clock().nanos();
    }

    private void partEnded(String part) {
        long now = ports.tasks().clock().nanos();
        took.append(", %s %d ms".formatted(part, TimeUnit.NANOSECONDS.toMillis(now - partNanos)));
        partNanos = now;
    }

    PlacementGroup group() {
        return pg;
    }

    boolean moves() {
        return moves;
    }

    /** Safe for any thread. */
    RepairStatus status() {
        return new RepairStatus(
                pg.id(),
                chunk,
                device,
                moves ? phase.name() : "CHECK",
                beganMillis,
                counts.segmentsSeen.sum(),
                counts.chunksCopied.sum() + counts.chunksComputed.sum(),
                counts.bytes.sum());
    }

    Counts counts() {
        return counts;
    }

    /** From now on the member that is left takes no more chunks of older epochs. */
    private void closeOldMember() throws InterruptedException {
        DeviceId left = pg.members().get(chunk);
        if (ports.directory().readable(left)) {
            Ticket ticket =
                    ports.tickets().mint(Ticket.Operation.MOVE, pg.id(), pg.epoch(), NO_SEGMENT);
            long deadlineNanos = deadlineNanos();
            var _ =
                    ports.await(
                            left,
                            ports.peers()
                                    .refuseBelow(left, ticket, pg.id(), pg.epoch(), deadlineNanos),
                            deadlineNanos);
        }
    }

    private Inventory newPass() throws InterruptedException {
        Inventory fresh = new Inventory(ports, pg.id(), sources());
        waiting = 0;
        inventory = fresh;
        return fresh;
    }

    /** Whom to ask: all that may have chunks of the group, and are here. */
    private List<DeviceId> sources() throws InterruptedException {
        List<DeviceId> sources = new ArrayList<>();
        for (int i = 0; i < pg.members().size(); i++) {
            for (DeviceId one : pg.holders(i)) {
                if (one.equals(device) || ports.directory().readable(one)) {
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
        if (!ports.reclaimsUnknown()) {
            sources.addAll(strangers(sources));
        }
        return sources;
    }

    /**
     * Other devices that have chunks of the group: there they went by moves that the directory has
     * forgotten, and may be what too many of its members lack.
     */
    private List<DeviceId> strangers(List<DeviceId> known) throws InterruptedException {
        long deadlineNanos = deadlineNanos();
        Ticket inspect = ports.tickets().mint(Ticket.Operation.INSPECT, pg.id(), 0, NO_SEGMENT);
        Map<DeviceId, Promise<List<ChunkInfo>>> answers = new TreeMap<>();
        for (DeviceRecord one : ports.directory().devices()) {
            if (!known.contains(one.id()) && ports.directory().readable(one.id())) {
                answers.put(
                        one.id(),
                        ports.peers().list(one.id(), inspect, pg.id(), null, 1, deadlineNanos));
            }
        }
        List<DeviceId> found = new ArrayList<>();
        for (Map.Entry<DeviceId, Promise<List<ChunkInfo>>> one : answers.entrySet()) {
            try {
                if (!ports.await(one.getKey(), one.getValue(), deadlineNanos).isEmpty()) {
                    found.add(one.getKey());
                }
            } catch (StoreException e) {
                log.info("whether {} has chunks of {} is not known", one.getKey(), pg.id(), e);
            }
        }
        return found;
    }

    /**
     * Goes on until it has ended or the time is over; what is under way then is waited for.
     *
     * @return whether it has ended: everything is there, and of a move that the directory says so
     * @throws StoreException when a device or partition does not answer, or chunks can't be had:
     *     call again, which begins the pass anew
     */
    boolean step(long untilNanos) throws InterruptedException {
        boolean whole = false;
        try {
            boolean ended = false;
            boolean time = true;
            while (!ended && time) {
                ended = entries(untilNanos) && endPass();
                time = untilNanos - ports.tasks().clock().nanos() > 0;
            }
            whole = true;
            return ended;
        } finally {
            if (!whole) {
                inventory = null;
            }
        }
    }

    /** Mends what the lists say until their end, or until the time is over; true at their end. */
    private boolean entries(long untilNanos) throws InterruptedException {
        Inventory lists = inventory == null ? newPass() : inventory;
        MendLanes.Round round = lanes.new Round("mend-" + device);
        boolean end;
        try {
            end = walk(lists, round, untilNanos);
        } catch (StoreException e) {
            round.join();
            throw e;
        } catch (InterruptedException e) {
            round.abandon();
            throw e;
        }
        round.join();
        waiting += round.waiting();
        StoreException failure = round.failure();
        whyWaiting = failure == null ? whyWaiting : ": " + failure.getMessage();
        return end;
    }

    private boolean walk(Inventory lists, MendLanes.Round round, long untilNanos)
            throws InterruptedException {
        List<Inventory.Entry> lacking = new ArrayList<>();
        Inventory.Entry entry = lists.next();
        while (entry != null) {
            counts.segmentsSeen.increment();
            noteMisplaced(entry);
            ChunkInfo own = entry.own(device, chunk);
            if (own == null) {
                lacking.add(entry);
            } else if (own.pgEpoch() < pg.epoch() && entry.chunks() < pg.scheme().width()) {
                round.begin(0, () -> settle(own));
            }
            if (lacking.size() == ASKED) {
                mend(lacking, round);
                lacking.clear();
            }
            if (untilNanos - ports.tasks().clock().nanos() <= 0) {
                mend(lacking, round);
                return false;
            }
            entry = lists.next();
        }
        mend(lacking, round);
        return true;
    }

    private void noteMisplaced(Inventory.Entry entry) {
        for (Inventory.Held one : entry.held()) {
            boolean ours = one.device().equals(device);
            if (ours
                    && one.chunk().key().index() != chunk
                    && one.chunk().pgEpoch() < pg.epoch()
                    && misplaced.size() < MOST_MISPLACED) {
                misplaced.add(one.chunk().key());
            }
        }
    }

    /**
     * Chunks that the device has from when it held another place in the group, as far as this
     * remembers.
     */
    Set<ChunkKey> misplaced() {
        return misplaced;
    }

    /**
     * The device has a chunk that others lack: it may be from when it was a member before, of a
     * segment that was deleted while it was none. Others may have come back with theirs, so their
     * number says nothing.
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
            var _ =
                    ports.await(
                            device,
                            ports.peers().delete(device, ticket, own.key(), deadlineNanos),
                            deadlineNanos);
        }
        return true;
    }

    /** Copies what another has; of the others the partitions are asked, for many at a time. */
    private void mend(List<Inventory.Entry> lacking, MendLanes.Round round)
            throws InterruptedException {
        Map<Bytes, List<ChunkInfo>> byOwner = new TreeMap<>();
        for (Inventory.Entry entry : lacking) {
            Inventory.Held there = entry.other(device, chunk);
            if (there == null) {
                byOwner.computeIfAbsent(entry.any().owner(), _ -> new ArrayList<>())
                        .add(entry.any());
            } else {
                long bytes = there.chunk().lengthBytes();
                round.begin(Math.min(bytes, Mending.PIECE_BYTES), () -> copy(entry, there));
            }
        }
        for (Map.Entry<Bytes, List<ChunkInfo>> one : byOwner.entrySet()) {
            compute(one.getKey(), one.getValue(), round);
        }
    }

    private void compute(Bytes owner, List<ChunkInfo> like, MendLanes.Round round)
            throws InterruptedException {
        List<SegmentState> states;
        try {
            states = mending.ask(owner, like);
        } catch (StoreException e) {
            // The chunks of others must not wait for this partition.
            like.forEach(_ -> round.missed(e));
            return;
        }
        for (int i = 0; i < like.size(); i++) {
            ChunkInfo any = like.get(i);
            SegmentState state = states.get(i);
            if (state.segment() != null) {
                long bytes = any.lengthBytes();
                round.begin(
                        Mending.computeBytes(bytes, pg.scheme().k()), () -> compute(any, state));
            }
        }
    }

    /** False where the chunk is needed and can't be had now. */
    private boolean copy(Inventory.Entry entry, Inventory.Held there) throws InterruptedException {
        try {
            mending.copy(pg, there.chunk(), there.device());
            note(there.chunk(), true);
            return true;
        } catch (StoreException e) {
            // Damaged or deleted there meanwhile: the partition knows which.
            return compute(entry.any(), mending.ask(entry.any()));
        }
    }

    private boolean compute(ChunkInfo any, SegmentState state) throws InterruptedException {
        Mending.Outcome outcome = mending.compute(any, state, chunk);
        if (outcome == Mending.Outcome.MENDED) {
            note(any, false);
        }
        return outcome != Mending.Outcome.WAITS;
    }

    private void note(ChunkInfo like, boolean copied) {
        counts.bytes.add(like.lengthBytes());
        (copied ? counts.chunksCopied : counts.chunksComputed).increment();
        ports.meters().chunksRebuilt.increment();
    }

    /** The lists were read to their end. */
    private boolean endPass() throws InterruptedException {
        if (waiting > 0) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    waiting
                            + " chunks of "
                            + pg.id()
                            + " can't be read or written now"
                            + whyWaiting);
        }
        if (!moves) {
            phase = Phase.ENDED;
            return true;
        }
        if (phase == Phase.BULK) {
            partEnded("bulk");
            closeOldMember();
            raise();
            phase = Phase.LAST;
            inventory = null;
            partEnded("epochs");
            return false;
        }
        partEnded("last");
        end();
        phase = Phase.ENDED;
        partEnded("end");
        log.info(
                "chunk {} of {} is on {}: {} copied, {} computed, {} KiB{}",
                chunk,
                pg.id(),
                device,
                counts.chunksCopied,
                counts.chunksComputed,
                counts.bytes.sum() >> 10,
                took);
        return true;
    }

    /** In all partitions at once, as far as there are lanes. */
    private void raise() throws InterruptedException {
        ports.metadata().catchUpDirectory(deadlineNanos());
        MendLanes.Round round = lanes.new Round("raise-" + device);
        try {
            for (PartitionRecord partition : ports.directory().partitions()) {
                round.begin(0, () -> raise(partition));
            }
        } catch (InterruptedException e) {
            round.abandon();
            throw e;
        }
        round.join();
        StoreException failure = round.failure();
        if (failure != null) {
            throw failure;
        }
    }

    private boolean raise(PartitionRecord partition) throws InterruptedException {
        KeyRanges ranges = new KeyRanges(ports.metadata(), ports.directory(), ports.tasks());
        KeyRanges.Piece<PartitionReply> piece;
        // All its keys, whoever has them by now: it may have been split.
        for (Bytes at = partition.from(); ; at = piece.to()) {
            piece =
                    ranges.execute(
                            at,
                            partition.to(),
                            new PartitionCommand.RaisePgEpoch(pg.id(), pg.epoch(), chunk),
                            ports.directory().index(),
                            deadlineNanos());
            if (!(piece.said() instanceof PartitionReply.Done)) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE, piece.partition() + " answered " + piece.said());
            }
            if (!piece.goesOn(partition.to())) {
                return true;
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
