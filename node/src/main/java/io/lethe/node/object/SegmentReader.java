package io.lethe.node.object;

import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.crypto.CellCipher;
import io.lethe.node.erasure.kernel.Cells;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads stripes of one segment: asks the data chunks, asks others when one fails or is late,
 * decodes what is missing, and checks every cell. One task.
 */
final class SegmentReader {
    private final ObjectPorts ports;
    private final PeerHealth health;
    private final ReadTimes times;
    private final SegmentRef ref;
    private final SegmentLayout layout;
    private final Scheme scheme;
    private final long deadlineNanos;

    SegmentReader(
            ObjectPorts ports,
            PeerHealth health,
            ReadTimes times,
            SegmentRef ref,
            long deadlineNanos) {
        this.ports = ports;
        this.health = health;
        this.times = times;
        this.ref = ref;
        this.deadlineNanos = deadlineNanos;
        scheme = ref.scheme();
        layout = new SegmentLayout(scheme, ref.lengthBytes());
    }

    SegmentLayout layout() {
        return layout;
    }

    /**
     * Consecutive stripes of every chunk that was needed, checked by checksum but still encrypted.
     */
    final class Batch {
        final int firstStripe;
        final int endStripe;
        final byte[] @Nullable [] chunks = new byte[scheme.width()][];

        Batch(int firstStripe, int endStripe) {
            this.firstStripe = firstStripe;
            this.endStripe = endStripe;
        }

        int offset(int stripe) {
            return (int) (layout.chunkOffset(stripe) - layout.chunkOffset(firstStripe));
        }

        int length(int chunk) {
            int last = endStripe - 1;
            return offset(last) + layout.storedLength(last, chunk);
        }
    }

    /**
     * Fetches stripes {@code [first, end)}.
     *
     * @param wanted data chunks whose cells are wanted
     * @param banned chunks not to be trusted
     * @throws StoreException DATA_UNREADABLE when fewer than k chunks can be read; NO_SUCH_KEY when
     *     the segment was deleted meanwhile
     */
    Batch fetch(int first, int end, BitSet wanted, BitSet banned) throws InterruptedException {
        while (true) {
            Batch batch = new Batch(first, end);
            Round round = new Round(batch, wanted, banned);
            try {
                round.run();
                return batch;
            } catch (StoreException e) {
                if (e.code() != ErrorCode.DATA_UNREADABLE || !movedSince(round.pg)) {
                    throw e;
                }
            }
        }
    }

    /** What is not where an old map says may be elsewhere: not found means reload, never lost. */
    private boolean movedSince(PlacementGroup seen) throws InterruptedException {
        try {
            ports.metadata().catchUpDirectory(deadlineNanos);
        } catch (StoreException e) {
            return false;
        }
        return group().epoch() != seen.epoch();
    }

    /**
     * One fetch under way: which chunks were asked, which are here. Answers come on any thread.
     * What they change ({@code here}, {@code failed}, {@code gone}, {@code lastFailure}, {@code
     * changed}, and the batch's chunks until it is settled) is looked at under the lock of {@code
     * here} only: a bit set that is copied while it changes loses bits.
     */
    private final class Round {
        final Batch batch;
        final BitSet wanted;
        final BitSet banned;
        final PlacementGroup pg;
        final BitSet asked = new BitSet();
        final BitSet here = new BitSet();
        final BitSet failed = new BitSet();
        int gone;

        /** The batch is the reader's from now on: who answers later is not heard. */
        boolean settled;

        @Nullable Throwable lastFailure;
        Promise<Boolean> changed = ports.tasks().promise();

        Round(Batch batch, BitSet wanted, BitSet banned) {
            this.batch = batch;
            this.wanted = wanted;
            this.banned = banned;
            pg = group();
        }

        void run() throws InterruptedException {
            for (int i = 0; i < scheme.width(); i++) {
                if (batch.length(i) <= 0) {
                    settleEmpty(i);
                } else if (wanted.get(i) && !banned.get(i) && !distrusted(i)) {
                    ask(i);
                }
            }
            boolean hedged = false;
            long hedgeAt = ports.tasks().clock().nanos() + times.hedgeNanos();
            while (true) {
                Promise<Boolean> next;
                boolean complete;
                int short0;
                synchronized (here) {
                    next = changed;
                    complete = complete();
                    short0 = missing();
                }
                if (complete) {
                    break;
                }
                askMore(short0, hedged);
                hedged = await(next, hedged, hedgeAt);
            }
            decode();
        }

        /** An empty chunk holds zeros, which is as good as having it. */
        private void settleEmpty(int chunk) {
            asked.set(chunk);
            synchronized (here) {
                batch.chunks[chunk] = new byte[0];
                here.set(chunk);
            }
        }

        private boolean distrusted(int chunk) {
            boolean missing = ((ref.missing() >>> chunk) & 1) != 0;
            return missing || health.suspect(pg.writer(chunk));
        }

        private boolean complete() {
            BitSet lacking = (BitSet) wanted.clone();
            lacking.andNot(here);
            return lacking.isEmpty() || here.cardinality() >= scheme.k();
        }

        /** How many chunks must still be asked for so that, if all come, the batch is complete. */
        private int missing() {
            BitSet lost = (BitSet) wanted.clone();
            lost.andNot(asked);
            BitSet lostAsked = (BitSet) wanted.clone();
            lostAsked.and(failed);
            if (lost.isEmpty() && lostAsked.isEmpty()) {
                return 0;
            }
            BitSet hoped = (BitSet) asked.clone();
            hoped.andNot(failed);
            return Math.max(0, scheme.k() - hoped.cardinality());
        }

        private boolean await(Promise<Boolean> next, boolean hedged, long hedgeAt)
                throws InterruptedException {
            try {
                next.await(hedged ? deadlineNanos : Math.min(hedgeAt, deadlineNanos));
                return hedged;
            } catch (TimeoutException e) {
                if (hedged || ports.tasks().clock().nanos() - deadlineNanos >= 0) {
                    throw new StoreException(
                            ErrorCode.DEADLINE, "the deadline passed while chunks were being read");
                }
                ports.meters().readsHedged.increment();
                return true;
            }
        }

        /** Asks further chunks: the trusted first; one more than needed once the hedge is on. */
        private void askMore(int shortOf, boolean hedged) {
            int more = hedged ? Math.max(shortOf, scheme.k() - arrived()) : shortOf;
            for (int pass = 0; pass < 2 && more > 0; pass++) {
                for (int i = 0; i < scheme.width() && more > 0; i++) {
                    if (!asked.get(i) && !banned.get(i) && (pass == 1 || !distrusted(i))) {
                        ask(i);
                        more--;
                    }
                }
            }
            // The last answers may have come while others were looked for: only then is it sure.
            if (more > 0 && pending() == 0 && !completeNow()) {
                throw unreadable();
            }
        }

        private boolean completeNow() {
            synchronized (here) {
                return complete();
            }
        }

        private int arrived() {
            synchronized (here) {
                return here.cardinality();
            }
        }

        private int pending() {
            synchronized (here) {
                return asked.cardinality() - here.cardinality() - failed.cardinality();
            }
        }

        private StoreException unreadable() {
            synchronized (here) {
                if (gone > 0) {
                    return new StoreException(
                            ErrorCode.NO_SUCH_KEY,
                            "the object was deleted while it was being read");
                }
                return new StoreException(
                        ErrorCode.DATA_UNREADABLE,
                        "only "
                                + here.cardinality()
                                + " of the "
                                + scheme.k()
                                + " chunks needed of segment "
                                + ref.segment()
                                + " can be read; see 'lethe devices'",
                        lastFailure);
            }
        }

        private void ask(int chunk) {
            asked.set(chunk);
            ask(chunk, pg.holders(chunk));
        }

        /** Asks the first of these, and the next one where that does not have it. */
        private void ask(int chunk, List<DeviceId> holders) {
            DeviceId device = holders.getFirst();
            List<DeviceId> others = holders.subList(1, holders.size());
            long from = ports.tasks().clock().nanos();
            ports.peers()
                    .read(
                            device,
                            ports.tickets()
                                    .mint(
                                            Ticket.Operation.READ,
                                            pg.id(),
                                            pg.epoch(),
                                            ref.segment()),
                            new ChunkKey(pg.id(), ref.segment(), chunk),
                            layout.chunkOffset(batch.firstStripe),
                            batch.length(chunk),
                            deadlineNanos)
                    .whenDone(
                            (bytes, failure) -> {
                                judge(device, from, failure);
                                if (bytes == null && !others.isEmpty()) {
                                    ask(chunk, others);
                                } else {
                                    note(chunk, bytes, failure);
                                }
                            });
        }

        private void note(int chunk, byte @Nullable [] bytes, @Nullable Throwable failure) {
            Promise<Boolean> wake;
            synchronized (here) {
                if (bytes != null) {
                    if (!settled) {
                        batch.chunks[chunk] = bytes;
                    }
                    here.set(chunk);
                } else {
                    failed.set(chunk);
                    lastFailure = failure;
                    gone +=
                            failure instanceof StoreException e && e.code() == ErrorCode.GONE
                                    ? 1
                                    : 0;
                }
                wake = changed;
                changed = ports.tasks().promise();
            }
            wake.complete(true);
        }

        private void judge(DeviceId device, long fromNanos, @Nullable Throwable failure) {
            if (failure == null) {
                times.took(ports.tasks().clock().nanos() - fromNanos);
                health.answered(device);
            } else if (failure instanceof StoreException e) {
                if (e.code() == ErrorCode.UNAVAILABLE) {
                    health.failed(device);
                } else if (e.code() == ErrorCode.CORRUPT) {
                    ports.meters().chunksCorrupt.increment();
                }
            }
        }

        private void decode() {
            byte[] @Nullable [] now;
            synchronized (here) {
                now = batch.chunks.clone();
                settled = true;
            }
            BitSet lost = new BitSet();
            for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
                if (now[i] == null) {
                    lost.set(i);
                }
            }
            if (!lost.isEmpty()) {
                ports.meters().readsDegraded.increment();
                for (int i = lost.nextSetBit(0); i >= 0; i = lost.nextSetBit(i + 1)) {
                    batch.chunks[i] = rebuild(batch, now, i);
                }
            }
        }
    }

    PlacementGroup group() {
        return ports.directory()
                .placementGroup(ref.pg())
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.UNAVAILABLE,
                                        "this node does not know " + ref.pg() + " yet; try again"));
    }

    /** Computes one chunk's part of a batch from the k or more that are here. */
    byte[] rebuild(Batch batch, byte[] @Nullable [] have, int chunk) {
        byte[] out = new byte[batch.length(chunk)];
        for (int stripe = batch.firstStripe; stripe < batch.endStripe; stripe++) {
            int length = layout.storedLength(stripe, 0);
            int stored = layout.storedLength(stripe, chunk);
            if (stored == 0) {
                continue;
            }
            int offset = batch.offset(stripe);
            Cells cells = new Cells(scheme.width());
            for (int i = 0; i < scheme.width(); i++) {
                byte[] source = have[i];
                if (source != null) {
                    cells.set(i, source, offset, layout.storedLength(stripe, i));
                }
            }
            // The last data cell comes with its padding, for which there is no room behind it.
            byte[] whole = stored < length ? new byte[length] : out;
            Cells made = new Cells(1);
            made.set(0, whole, stored < length ? 0 : offset, length);
            ports.codecs().of(scheme).reconstruct(cells, new int[] {chunk}, made, length);
            if (stored < length) {
                System.arraycopy(whole, 0, out, offset, stored);
            }
        }
        return out;
    }

    /**
     * Decrypts one cell of a batch.
     *
     * @throws StoreException CORRUPT when no combination of chunks gives a cell that opens
     */
    void open(CellCipher cipher, Batch batch, int stripe, int chunk, byte[] target)
            throws InterruptedException {
        byte[] stored = batch.chunks[chunk];
        if (stored == null) {
            throw new IllegalStateException("chunk " + chunk + " was not fetched");
        }
        if (!decrypt(cipher, stored, batch.offset(stripe), new Cell(stripe, chunk), target)) {
            ports.meters().cellsForged.increment();
            openFromOthers(cipher, new Cell(stripe, chunk), target);
        }
    }

    private record Cell(int stripe, int chunk) {}

    private boolean decrypt(CellCipher cipher, byte[] stored, int offset, Cell at, byte[] target) {
        int cell = at.stripe() * scheme.k() + at.chunk();
        try {
            var _ =
                    cipher.decrypt(
                            cell,
                            cell == layout.lastCell(),
                            stored,
                            offset,
                            layout.storedLength(at.stripe(), at.chunk()),
                            target,
                            0);
            return true;
        } catch (StoreException e) {
            if (e.code() != ErrorCode.CORRUPT) {
                throw e;
            }
            return false;
        }
    }

    /**
     * A cell does not open though checksums hold: finds which chunk lies, by leaving out the cell's
     * own chunk first and then each other one as well. Each cell lies in one chunk, and parity is
     * over ciphertext, so a right combination opens.
     */
    private void openFromOthers(CellCipher cipher, Cell at, byte[] target)
            throws InterruptedException {
        BitSet wanted = new BitSet();
        wanted.set(at.chunk());
        for (int other = 0; other < scheme.width(); other++) {
            BitSet banned = new BitSet();
            banned.set(at.chunk());
            banned.set(other);
            byte[] stored = fetchOrNull(at.stripe(), wanted, banned);
            if (stored != null && decrypt(cipher, stored, 0, at, target)) {
                verify(at.chunk()).whenDone((verdict, failure) -> {});
                return;
            }
        }
        throw new StoreException(
                ErrorCode.CORRUPT,
                "cell "
                        + (at.stripe() * scheme.k() + at.chunk())
                        + " of segment "
                        + ref.segment()
                        + " does not open from any of its chunks");
    }

    private byte @Nullable [] fetchOrNull(int stripe, BitSet wanted, BitSet banned)
            throws InterruptedException {
        try {
            return fetch(stripe, stripe + 1, wanted, banned).chunks[wanted.nextSetBit(0)];
        } catch (StoreException e) {
            return null;
        }
    }

    /** Has the chunk's device check it, which also reports a fault there. */
    Promise<ChunkStore.Verdict> verify(int chunk) {
        PlacementGroup pg = group();
        return ports.peers()
                .verify(
                        pg.writer(chunk),
                        ports.tickets()
                                .mint(Ticket.Operation.READ, pg.id(), pg.epoch(), ref.segment()),
                        new ChunkKey(pg.id(), ref.segment(), chunk),
                        deadlineNanos);
    }
}
