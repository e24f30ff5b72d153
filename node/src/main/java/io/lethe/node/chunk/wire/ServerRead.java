package io.lethe.node.chunk.wire;

import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A range on its way to the client. Each frame is prepared on the pool (its pages brought into the
 * cache, or, where TLS is on or the range is short, its bytes read into a buffer), then waits for
 * its turn on the connection; the next is prepared while it is sent. At most two frames of a read
 * are held at once.
 */
final class ServerRead extends ServerStream {
    /** 256 KiB: whole pages, within a frame's body. */
    private static final int FRAME_BYTES = 256 << 10;

    /** 32 KiB: up to here a copy costs less than a second system call for the file. */
    private static final int MOST_COPIED_BYTES = 32 << 10;

    private final Request.Read request;

    /** Set and cleared on the pool; the loop looks only while the pool is idle. */
    private ChunkStore.@Nullable Slice slice;

    private long reservedBytes;
    private boolean byRegion;
    private int preparedBytes;

    private Reply.@Nullable ReadHead head;
    private boolean headSent;
    private int sentBytes;
    private @Nullable Object body;
    private int bodyBytes;

    ServerRead(
            ServerConnection connection,
            FrameHead frame,
            ServedDevice device,
            Request.Read request) {
        super(connection, frame, device);
        this.request = request;
    }

    @Override
    void start() {
        handOrRefuse(this::prepare);
    }

    @Override
    long diskBytes() {
        return Math.min(FRAME_BYTES, request.lengthBytes() - preparedBytes);
    }

    private Runnable prepare() {
        if (over()) {
            return NOTHING;
        }
        ChunkStore.Slice from = slice != null ? slice : open();
        int lengthBytes = Math.min(FRAME_BYTES, from.lengthBytes() - preparedBytes);
        Object next;
        try {
            next = byRegion ? region(from, lengthBytes) : buffer(from, lengthBytes);
        } catch (IOException unreadable) {
            throw damaged(String.valueOf(unreadable.getMessage()));
        }
        preparedBytes += lengthBytes;
        if (!byRegion && preparedBytes == from.lengthBytes()) {
            slice = null;
            from.close();
        }
        return () -> offer(next, lengthBytes);
    }

    private ChunkStore.Slice open() {
        ChunkStore.Slice opened =
                device.store().open(request.chunk(), request.offset(), request.lengthBytes());
        slice = opened;
        long end = opened.firstByte() + opened.lengthBytes();
        if (end < request.offset() + request.lengthBytes()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the chunk ends at " + end + ", before the end of the range asked for");
        }
        if (opened.blockCrcs().length > Reply.MOST_BLOCKS) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the range has more than " + Reply.MOST_BLOCKS + " blocks: ask for less");
        }
        byRegion = !server.tls() && opened.lengthBytes() > MOST_COPIED_BYTES;
        if (!byRegion) {
            reserve(Math.min(2 * FRAME_BYTES, opened.lengthBytes()));
        }
        head =
                new Reply.ReadHead(
                        opened.firstByte(),
                        opened.lengthBytes(),
                        opened.blockBytes(),
                        opened.blockCrcs());
        return opened;
    }

    private void reserve(int bytes) {
        if (!server.buffers.reserve(bytes)) {
            server.counters.rejected(WireCounters.Rejection.BUFFERS);
            throw new StoreException(
                    ErrorCode.OVERLOADED, "the node's buffers are full: try again");
        }
        reservedBytes = bytes;
    }

    private Object region(ChunkStore.Slice from, int lengthBytes) throws IOException {
        long position = from.filePosition() + preparedBytes;
        if (!server.warmer.warm(from.file(), position, lengthBytes)) {
            throw damaged("the file is too short");
        }
        return new SliceRegion(from, preparedBytes, lengthBytes);
    }

    private Object buffer(ChunkStore.Slice from, int lengthBytes) throws IOException {
        ByteBuf buffer = connection.channel.alloc().directBuffer(lengthBytes);
        boolean filled = false;
        try {
            fill(buffer, from.file(), from.filePosition() + preparedBytes, lengthBytes);
            filled = true;
            return buffer;
        } finally {
            if (!filled) {
                buffer.release();
            }
        }
    }

    private void fill(ByteBuf buffer, FileChannel file, long position, int lengthBytes)
            throws IOException {
        int done = 0;
        while (done < lengthBytes) {
            int next = buffer.writeBytes(file, position + done, lengthBytes - done);
            if (next <= 0) {
                throw damaged("the file is too short");
            }
            done += next;
        }
    }

    /** Has the store look for itself, so that the fault is counted and reported. */
    private StoreException damaged(String what) {
        ChunkStore.Verdict verdict = device.store().verify(request.chunk());
        return new StoreException(
                ErrorCode.CORRUPT,
                "the chunk's bytes can't be read (" + what + "); the device finds it " + verdict);
    }

    private void offer(Object next, int lengthBytes) {
        if (over()) {
            ReferenceCountUtil.release(next);
            return;
        }
        body = next;
        bodyBytes = lengthBytes;
        connection.outbound.ready(this);
    }

    @Override
    boolean writeFrame() {
        Object next = body;
        Reply.ReadHead known = head;
        if (next == null || known == null) {
            return false;
        }
        body = null;
        if (!headSent) {
            headSent = true;
            var _ = connection.write(FrameHead.of(FrameType.READ_HEAD, id, known.fields()));
        }
        sentBytes += bodyBytes;
        if (sentBytes == known.lengthBytes()) {
            end(null);
        }
        track(connection.write(FrameHead.body(FrameType.READ_DATA, id, bodyBytes), next));
        prepareNext();
        return false;
    }

    @Override
    void onFlushed() {
        prepareNext();
    }

    private void prepareNext() {
        if (!over() && !busy() && body == null && unflushed() <= 1) {
            insist(this::prepare);
        }
    }

    @Override
    void onOver() {
        if (body != null) {
            ReferenceCountUtil.release(body);
            body = null;
        }
        connection.outbound.remove(this);
    }

    /** Closing touches no disk, so the loop does it, once no frame of the slice is under way. */
    @Override
    @Nullable PoolWork cleanUp() {
        ChunkStore.Slice open = slice;
        if (open != null) {
            slice = null;
            open.close();
        }
        return null;
    }

    @Override
    long reservedBytes() {
        return reservedBytes;
    }
}
