package io.lethe.node.repair;

import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.ObjectPorts;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of one group on several devices, merged by segment, in the order of their ids. Holds a
 * page of each device's list at a time. A chunk that is stored while the walk goes on may be passed
 * over. One task.
 */
final class Inventory {
    /** Rows of a page: one frame from each device. */
    static final int PAGE = ChunkPeers.MOST_LISTED;

    private static final Duration PAGE_WITHIN = Duration.ofSeconds(20);

    private static final SegmentId NO_SEGMENT = new SegmentId(new Id128(0, 0));

    private final ObjectPorts ports;
    private final PgId pg;
    private final List<Source> sources = new ArrayList<>();

    /** One device's list, as far as it was read. */
    private static final class Source {
        final DeviceId device;
        final Deque<ChunkInfo> page = new ArrayDeque<>();
        @Nullable ChunkKey after;
        boolean ended;

        Source(DeviceId device) {
            this.device = device;
        }
    }

    /** A chunk and who has it. */
    record Held(DeviceId device, ChunkInfo chunk) {}

    /** All chunks of a segment that were listed; at least one. */
    record Entry(SegmentId segment, List<Held> held) {
        /** Another device's copy of a chunk; null: none was listed. */
        @Nullable Held other(DeviceId device, int chunk) {
            for (Held one : held) {
                if (one.chunk().key().index() == chunk && !one.device().equals(device)) {
                    return one;
                }
            }
            return null;
        }

        /** A device's own copy of a chunk. */
        @Nullable ChunkInfo own(DeviceId device, int chunk) {
            for (Held one : held) {
                if (one.chunk().key().index() == chunk && one.device().equals(device)) {
                    return one.chunk();
                }
            }
            return null;
        }

        /** How many different chunks of the segment were listed. */
        long chunks() {
            return held.stream().mapToInt(one -> one.chunk().key().index()).distinct().count();
        }

        /** What any of the chunks says of the segment's write and owner. */
        ChunkInfo any() {
            return held.getFirst().chunk();
        }
    }

    Inventory(ObjectPorts ports, PgId pg, List<DeviceId> devices) {
        this.ports = ports;
        this.pg = pg;
        devices.forEach(one -> sources.add(new Source(one)));
    }

    /**
     * The next segment; null at the end.
     *
     * @throws StoreException when one of the devices does not answer: the walk is void
     */
    @Nullable Entry next() throws InterruptedException {
        fill();
        SegmentId least = null;
        for (Source source : sources) {
            ChunkInfo head = source.page.peekFirst();
            if (head != null && (least == null || head.key().segment().compareTo(least) < 0)) {
                least = head.key().segment();
            }
        }
        if (least == null) {
            return null;
        }
        List<Held> held = new ArrayList<>();
        for (Source source : sources) {
            take(source, least, held);
        }
        return new Entry(least, held);
    }

    private void take(Source source, SegmentId segment, List<Held> held)
            throws InterruptedException {
        ChunkInfo head = source.page.peekFirst();
        while (head != null && head.key().segment().equals(segment)) {
            held.add(new Held(source.device, source.page.removeFirst()));
            // A segment's chunks on one device may go over a page's end.
            if (source.page.isEmpty()) {
                fill();
            }
            head = source.page.peekFirst();
        }
    }

    /** Reads on where a page is used up, of all such devices at once. */
    private void fill() throws InterruptedException {
        long deadlineNanos = ports.tasks().clock().nanos() + PAGE_WITHIN.toNanos();
        List<Source> asked = new ArrayList<>();
        List<Promise<List<ChunkInfo>>> answers = new ArrayList<>();
        for (Source source : sources) {
            if (source.page.isEmpty() && !source.ended) {
                asked.add(source);
                answers.add(
                        ports.peers()
                                .list(
                                        source.device,
                                        inspect(),
                                        pg,
                                        source.after,
                                        PAGE,
                                        deadlineNanos));
            }
        }
        for (int i = 0; i < asked.size(); i++) {
            Source source = asked.get(i);
            List<ChunkInfo> page = ports.await(source.device, answers.get(i), deadlineNanos);
            source.page.addAll(page);
            source.ended = page.size() < PAGE;
            if (!page.isEmpty()) {
                source.after = page.getLast().key();
            }
        }
    }

    private Ticket inspect() {
        return ports.tickets().mint(Ticket.Operation.INSPECT, new PgId(0), 0, NO_SEGMENT);
    }
}
