package io.lethe.node.chunk.wire;

import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chunk on its way to the device. Frames are gathered in arrays on the loop and taken to the pool
 * in batches, in order: all that one read from the socket brought goes in one batch, so a short
 * chunk costs one hand-over. Buffers are bounded by the window, which was reserved when it opened.
 */
final class ServerWrite extends ServerStream {
    private record Frame(byte[] array, int lengthBytes) {}

    private final ChunkHeader header;
    private final int windowBytes;
    private int credit;
    private int owed;
    private long receivedBytes;
    private long handedBytes;
    private List<Frame> queued = new ArrayList<>();
    private byte @Nullable [] filling;
    private int filled;
    private int expected;
    private boolean openQueued = true;
    private boolean finishQueued;
    private boolean finishSeen;

    /** Set and cleared on the pool; the loop looks only while the pool is idle. */
    private ChunkStore.@Nullable Writer writer;

    /** The window has been reserved of the server's buffers. */
    ServerWrite(
            ServerConnection connection,
            FrameHead head,
            ServedDevice device,
            ChunkHeader header,
            int windowBytes) {
        super(connection, head, device);
        this.header = header;
        this.windowBytes = windowBytes;
        this.credit = windowBytes;
    }

    @Override
    void start() {
        connection.dirty(this);
    }

    /**
     * The head of a data frame.
     *
     * @throws ProtocolViolation when the client has no credit for it, or had finished
     */
    void onFrame(int lengthBytes) {
        int cost = Window.cost(lengthBytes);
        if (finishSeen || cost > credit) {
            throw new ProtocolViolation(
                    finishSeen ? "data after WRITE_FINISH" : "more data than the window allows");
        }
        if (receivedBytes + lengthBytes > header.reserveBytes()) {
            fail(
                    ErrorCode.INVALID_ARGUMENT,
                    "more bytes than the " + header.reserveBytes() + " reserved for the chunk");
            return;
        }
        credit -= cost;
        receivedBytes += lengthBytes;
        filling = server.frames.take(lengthBytes);
        filled = 0;
        expected = lengthBytes;
    }

    void onBody(ByteBuf in, int lengthBytes) {
        if (filling != null) {
            in.getBytes(in.readerIndex(), filling, filled, lengthBytes);
            filled += lengthBytes;
        }
    }

    void onBodyEnd() {
        if (filling != null) {
            queued.add(new Frame(filling, expected));
            filling = null;
            connection.dirty(this);
        }
    }

    /**
     * WRITE_FINISH.
     *
     * @throws ProtocolViolation when it came before
     */
    void onFinish(long sentBytes) {
        if (finishSeen) {
            throw new ProtocolViolation("WRITE_FINISH twice");
        }
        finishSeen = true;
        if (sentBytes != receivedBytes) {
            fail(
                    ErrorCode.INVALID_ARGUMENT,
                    "the client sent " + sentBytes + " bytes, and " + receivedBytes + " arrived");
            return;
        }
        finishQueued = true;
        connection.dirty(this);
    }

    /** Takes what is queued to the pool, unless a batch is there already. */
    void submit() {
        boolean work = openQueued || finishQueued || !queued.isEmpty();
        if (over() || busy() || !work) {
            return;
        }
        boolean first = openQueued;
        List<Frame> batch = queued;
        handedBytes = batch.stream().mapToLong(Frame::lengthBytes).sum();
        boolean finish = finishQueued;
        queued = new ArrayList<>();
        openQueued = false;
        finishQueued = false;
        PoolWork perform = () -> perform(first, batch, finish);
        if (first) {
            handOrRefuse(perform);
        } else {
            insist(perform);
        }
    }

    /** What is handed over now; what came before is on the disk. */
    @Override
    long diskBytes() {
        return handedBytes;
    }

    private Runnable perform(boolean open, List<Frame> batch, boolean finish) {
        int cost = 0;
        ChunkStore.Writer to = writer;
        if (open && !over()) {
            to = device.store().create(header);
            writer = to;
        }
        for (Frame frame : batch) {
            if (to != null && !over()) {
                to.append(frame.array, 0, frame.lengthBytes);
            }
            server.frames.give(frame.array);
            cost += Window.cost(frame.lengthBytes);
        }
        if (finish && to != null && !over()) {
            to.finish();
            writer = null;
            return () -> succeed(Reply.EMPTY);
        }
        int taken = cost;
        return () -> taken(taken);
    }

    /** The device has taken frames: the client may send as much again, if it will need it. */
    private void taken(int cost) {
        owed += cost;
        long unsent = header.reserveBytes() - receivedBytes;
        boolean needed = unsent > 0 && credit < unsent + Window.LEAST_COST;
        boolean due = owed >= windowBytes / 4 || queued.isEmpty();
        if (!over() && !finishSeen && owed > 0 && needed && due) {
            credit += owed;
            track(connection.write(FrameHead.of(FrameType.WINDOW, id, Reply.credits(owed))));
            owed = 0;
        }
        submit();
    }

    @Override
    boolean writeFrame() {
        return false;
    }

    @Override
    void onOver() {
        for (Frame frame : queued) {
            server.frames.give(frame.array);
        }
        queued.clear();
        filling = null;
    }

    @Override
    @Nullable PoolWork cleanUp() {
        ChunkStore.Writer unfinished = writer;
        if (unfinished == null) {
            return null;
        }
        return () -> {
            writer = null;
            unfinished.abort();
            return NOTHING;
        };
    }

    @Override
    long reservedBytes() {
        return windowBytes;
    }
}
