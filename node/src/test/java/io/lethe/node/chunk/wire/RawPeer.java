package io.lethe.node.chunk.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that speaks the protocol by hand, and may break it. */
final class RawPeer implements AutoCloseable {
    private final Socket socket = new Socket();
    private final DataInputStream in;

    RawPeer(@Nullable InetSocketAddress address) {
        try {
            socket.setReceiveBufferSize(64 << 10);
            socket.connect(address);
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] encoded(FrameHead head) {
        ByteBuf buffer = head.encode(UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }

    static byte[] opening(long id, Request request) {
        return encoded(new FrameHead(request.type(), id, 20_000, 0, request.fields()));
    }

    static byte[] hello() {
        Hello hello = new Hello(FrameHead.VERSION, WireFixture.CLUSTER, 0, 0, 0);
        return encoded(FrameHead.of(FrameType.HELLO, 0, hello.fields()));
    }

    static byte[] data(long id, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(encoded(FrameHead.body(FrameType.WRITE_DATA, id, body.length)));
        out.writeBytes(body);
        return out.toByteArray();
    }

    RawPeer send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame, which must come. */
    FrameHead next() {
        FrameHead head = nextOrNull();
        if (head == null) {
            throw new AssertionError("the server closed the connection");
        }
        return head;
    }

    /** The next frame; its body, if any, is skipped. Null at the end of the stream. */
    @Nullable FrameHead nextOrNull() {
        try {
            int length = in.readInt();
            FrameHead head = FrameHead.decode(in.readNBytes(length));
            in.skipNBytes(head.bodyBytes());
            return head;
        } catch (IOException closed) {
            return null;
        }
    }

    /** Says that nothing more will be sent. */
    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException closed) {
            // The server has closed already.
        }
    }

    /** Reads until the server closes; false when it doesn't within the time-out. */
    boolean closedByServer() {
        try {
            while (in.read() >= 0) {
                // The server may have said something before.
            }
            return true;
        } catch (java.net.SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
