package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.model.WriteId;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes one segment, stripe by stripe, to the members of a placement group: encrypts cells, adds
 * parity, sends each member its cell, and counts who has what. While one stripe is under way the
 * next is prepared in a second set of buffers, so memory is {@code 2 (k + m)} cells. One task.
 */
final class SegmentWriter {
    /** What a segment is written for. */
    record Target(
            PlacementGroup pg, SegmentId segment, WriteId write, Bytes owner, boolean quorumAll) {}

    /**
     * How long a member may hold up a stripe that a quorum has taken. Longer than the grace of the
     * acknowledgement: a stall of the network or of a busy disk while data streams is no reason to
     * give up a chunk that may still be whole in time.
     */
    private static final long STREAM_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ObjectPorts ports;
    private final PeerHealth health;
    private final Target target;
    private final CellCipher cipher;
    private final CellBuffers buffers;
    private final long reserveBytes;
    private final long deadlineNanos;
    private final Scheme scheme;
    private final ChunkPeers.@Nullable Sink[] sinks;
    private final BitSet dead = new BitSet();
    private @Nullable Lanes sending;
    private int stripes;
    private int lengthBytes;

    /**
     * @param mostBytes the most plaintext that will come
     */
    SegmentWriter(
            ObjectPorts ports,
            PeerHealth health,
            Target target,
            CellCipher cipher,
            CellBuffers buffers,
            int mostBytes,
            long deadlineNanos) {
        this.ports = ports;
        this.health = health;
        this.target = target;
        this.cipher = cipher;
        this.buffers = buffers;
        this.deadlineNanos = deadlineNanos;
        scheme = target.pg().scheme();
        sinks = new ChunkPeers.@Nullable Sink[scheme.width()];
        reserveBytes = new SegmentLayout(scheme, mostBytes).chunkLength(0);
    }

    int stripes() {
        return stripes;
    }

    /**
     * Sends one stripe.
     *
     * @param plain left unchanged
     * @param last whether no other follows; only the last may be short
     * @throws StoreException UNAVAILABLE or DEADLINE when too few members take it: the segment is
     *     lost
     */
    void stripe(byte[] plain, int stripeLength, boolean last) throws InterruptedException {
        Check.that(
                last || stripeLength == scheme.k() * scheme.cellBytes(),
                "only a last stripe is short");
        byte[][] cells =
                buffers.set(stripes % 2, SegmentLayout.cellLength(scheme, stripeLength, 0));
        int[] lengths = encrypt(plain, stripeLength, last, cells);
        encodeParity(cells, lengths);
        settle();
        send(cells, lengths);
        stripes++;
        lengthBytes += stripeLength;
    }

    private int[] encrypt(byte[] plain, int stripeLength, boolean last, byte[][] cells) {
        int[] stored = new int[scheme.width()];
        int span = SegmentLayout.cellSpan(scheme, stripeLength);
        int lastCell = (stripeLength - 1) / span;
        for (int i = 0; i < scheme.k(); i++) {
            int length = SegmentLayout.cellLength(scheme, stripeLength, i);
            if (length > 0) {
                stored[i] =
                        cipher.encrypt(
                                stripes * scheme.k() + i,
                                last && i == lastCell,
                                plain,
                                i * span,
                                length,
                                cells[i],
                                0);
            }
        }
        Arrays.fill(stored, scheme.k(), scheme.width(), stored[0]);
        return stored;
    }

    private void encodeParity(byte[][] cells, int[] lengths) {
        if (scheme.m() > 0) {
            ports.codecs()
                    .of(scheme)
                    .encode(
                            Arrays.copyOf(cells, scheme.k()),
                            Arrays.copyOf(lengths, scheme.k()),
                            Arrays.copyOfRange(cells, scheme.k(), scheme.width()),
                            lengths[scheme.k()]);
        }
    }

    private void send(byte[][] cells, int[] lengths) {
        Lanes lanes = newLanes();
        for (int i = 0; i < scheme.width(); i++) {
            if (dead.get(i)) {
                lanes.settle(i, false);
            } else if (lengths[i] == 0) {
                lanes.settle(i, true);
            } else {
                lanes.watch(i, sink(i).send(cells[i], 0, lengths[i]));
            }
        }
        sending = lanes;
    }

    private Lanes newLanes() {
        return new Lanes(ports.tasks(), scheme.width(), quorum());
    }

    private int quorum() {
        return target.quorumAll() ? scheme.width() : scheme.quorum();
    }

    private ChunkPeers.Sink sink(int chunk) {
        ChunkPeers.Sink open = sinks[chunk];
        if (open == null) {
            PlacementGroup pg = target.pg();
            Ticket ticket =
                    ports.tickets()
                            .mint(Ticket.Operation.WRITE, pg.id(), pg.epoch(), target.segment());
            ChunkHeader header =
                    new ChunkHeader(
                            new ChunkKey(pg.id(), target.segment(), chunk),
                            pg.epoch(),
                            target.write(),
                            target.owner(),
                            reserveBytes,
                            SegmentLayout.blockBytes(scheme));
            open = ports.peers().write(pg.writer(chunk), ticket, header, deadlineNanos);
            sinks[chunk] = open;
        }
        return open;
    }

    /** Waits until the stripe under way has left its buffers; drops the lanes that lag behind. */
    private void settle() throws InterruptedException {
        Lanes lanes = sending;
        if (lanes != null) {
            sending = null;
            drop(lanes.await(STREAM_GRACE_NANOS, deadlineNanos));
        }
    }

    private void drop(BitSet done) {
        for (int i = 0; i < scheme.width(); i++) {
            if (!done.get(i) && !dead.get(i)) {
                dead.set(i);
                health.failed(target.pg().writer(i));
                ports.meters().lanesDropped.increment();
                ChunkPeers.Sink sink = sinks[i];
                if (sink != null) {
                    sink.abort();
                }
                // The transport may still be reading what it was given.
                buffers.abandon(i);
            }
        }
    }

    /**
     * Makes the segment durable.
     *
     * @return the segment, with the chunks that are not durable marked missing
     */
    SegmentRef finish() throws InterruptedException {
        settle();
        Lanes lanes = newLanes();
        for (int i = 0; i < scheme.width(); i++) {
            ChunkPeers.Sink sink = sinks[i];
            if (dead.get(i)) {
                lanes.settle(i, false);
            } else if (sink == null) {
                lanes.settle(i, true);
            } else {
                lanes.watch(i, sink.finish());
            }
        }
        BitSet done;
        try {
            done = lanes.await(ports.settings().writeGrace().toNanos(), deadlineNanos);
        } catch (StoreException e) {
            done = overtaken(lanes, e);
        }
        drop(done);
        ports.meters().segmentsWritten.increment();
        if (!dead.isEmpty()) {
            ports.meters().segmentsUnderprotected.increment();
        }
        return ref(dead.isEmpty() ? 0 : dead.toLongArray()[0]);
    }

    /**
     * One chunk too few is durable, and a member takes no more of this epoch, since its chunks have
     * gone over to another: that one gets the chunk from the others.
     *
     * @return the chunks that are durable now
     * @throws StoreException the failure, where it is another
     */
    private BitSet overtaken(Lanes lanes, StoreException failure) throws InterruptedException {
        BitSet done = lanes.settled(deadlineNanos);
        boolean stale =
                failure.getCause() instanceof StoreException cause
                        && cause.code() == ErrorCode.STALE_EPOCH;
        if (!stale || done.cardinality() != quorum() - 1) {
            throw failure;
        }
        ports.metadata().catchUpDirectory(deadlineNanos);
        int chunk = moved(done);
        if (chunk < 0) {
            throw failure;
        }
        BitSet missing = new BitSet();
        missing.set(0, scheme.width());
        missing.andNot(done);
        boolean made =
                new ChunkRebuild(ports, health)
                        .make(
                                ref(missing.toLongArray()[0]),
                                target.write(),
                                RowKeys.bucketOf(target.owner()),
                                chunk,
                                deadlineNanos);
        if (!made) {
            throw failure;
        }
        done.set(chunk);
        return done;
    }

    /** The first chunk that is not done and has another writer now; -1: none. */
    private int moved(BitSet done) {
        PlacementGroup was = target.pg();
        PlacementGroup now = ports.directory().placementGroup(was.id()).orElse(was);
        int chunk = done.nextClearBit(0);
        while (chunk < scheme.width() && now.writer(chunk).equals(was.writer(chunk))) {
            chunk = done.nextClearBit(chunk + 1);
        }
        return chunk < scheme.width() ? chunk : -1;
    }

    /** The segment as far as it was written, for clean-up. */
    SegmentRef ref(long missing) {
        return new SegmentRef(
                target.segment(),
                target.pg().id(),
                target.pg().epoch(),
                scheme,
                Math.max(1, lengthBytes),
                missing);
    }

    /** Gives up: the devices drop what they have. */
    void abort() {
        for (int i = 0; i < sinks.length; i++) {
            ChunkPeers.Sink sink = sinks[i];
            if (sink != null) {
                sink.abort();
                buffers.abandon(i);
            }
        }
    }
}
