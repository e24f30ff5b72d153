package io.lethe.node.chunk.wire;

import io.lethe.node.base.task.Promise;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A range being read. Whole blocks arrive; each is summed as its bytes come in, and the bytes asked
 * for are copied straight to the result, so nothing is held but that.
 */
final class ClientRead extends ClientCall {
    private final Request.Read read;
    private final Promise<byte[]> promise;
    private final CRC32C sum = new CRC32C();
    private Reply.@Nullable ReadHead head;
    private byte[] result = Reply.EMPTY;

    /** Bytes arrived, counted from the head's first byte. */
    private int arrived;

    ClientRead(
            DataPlaneClient client,
            Request.Read read,
            EventLoop loop,
            long deadlineNanos,
            Promise<byte[]> promise) {
        super(client, read, loop, deadlineNanos);
        this.read = read;
        this.promise = promise;
    }

    @Override
    void onReply(FrameHead frame) {
        switch (frame.type()) {
            case READ_HEAD -> onHead(Reply.ReadHead.decode(frame.fields()));
            case READ_DATA -> {
                Reply.ReadHead known = head;
                if (known == null || frame.bodyBytes() > known.lengthBytes() - arrived) {
                    throw new ProtocolViolation("READ_DATA past what READ_HEAD promised");
                }
            }
            default -> throw new ProtocolViolation(frame.type() + " answers READ");
        }
    }

    private void onHead(Reply.ReadHead arriving) {
        long end = arriving.firstByte() + arriving.lengthBytes();
        long mostBytes = read.lengthBytes() + 2L * arriving.blockBytes();
        if (head != null
                || arriving.firstByte() > read.offset()
                || arriving.lengthBytes() > mostBytes
                || end < read.offset() + read.lengthBytes()) {
            throw new ProtocolViolation("READ_HEAD does not cover what was asked for");
        }
        head = arriving;
        result = new byte[read.lengthBytes()];
    }

    @Override
    void onBody(ByteBuf in, int lengthBytes) {
        Reply.ReadHead known = head;
        int at = in.readerIndex();
        int left = lengthBytes;
        while (known != null && left > 0 && !over()) {
            int block = arrived / known.blockBytes();
            int blockEnd = (int) Math.min(known.lengthBytes(), (block + 1L) * known.blockBytes());
            int next = Math.min(left, blockEnd - arrived);
            sum.update(in.nioBuffer(at, next));
            copy(known, in, at, next);
            at += next;
            left -= next;
            arrived += next;
            if (arrived == blockEnd) {
                check(known, block);
            }
        }
    }

    /** Copies the part of {@code [at, at + lengthBytes)} that was asked for. */
    private void copy(Reply.ReadHead known, ByteBuf in, int at, int lengthBytes) {
        long skip = read.offset() - known.firstByte();
        long from = Math.max(arrived, skip);
        long to = Math.min((long) arrived + lengthBytes, skip + read.lengthBytes());
        if (from < to) {
            in.getBytes(
                    at + (int) (from - arrived), result, (int) (from - skip), (int) (to - from));
        }
    }

    private void check(Reply.ReadHead known, int block) {
        int found = (int) sum.getValue();
        sum.reset();
        if (found == known.blockCrcs()[block]) {
            return;
        }
        client.counters.happened(WireCounters.Event.CORRUPT_BLOCK);
        client.report(read);
        ClientConnection from = connection();
        if (from != null) {
            var _ = from.write(FrameHead.of(FrameType.CANCEL, id()));
        }
        long first = known.firstByte() + (long) block * known.blockBytes();
        fail(
                new StoreException(
                        ErrorCode.CORRUPT,
                        "chunk "
                                + read.chunk()
                                + " of device "
                                + read.device()
                                + " arrived with a wrong checksum in its block at "
                                + first
                                + ": read another chunk of the segment"));
    }

    @Override
    void onBodyEnd() {
        Reply.ReadHead known = head;
        if (!over() && known != null && arrived == known.lengthBytes()) {
            end(null);
            promise.complete(result);
        }
    }

    @Override
    void onFailure(StoreException failure) {
        result = Reply.EMPTY;
        promise.fail(failure);
    }

    @Override
    boolean writeFrame() {
        return false;
    }
}
