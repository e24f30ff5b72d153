package io.lethe.node.chunk.wire;

import io.netty.buffer.ByteBuf;

/**
 * Cuts a stream of bytes into frames. Headers are gathered (at most 64 KiB); bodies are passed on
 * in the pieces in which they arrive, so nothing is copied twice and no buffer is kept between
 * calls. Owned by one connection, on its event loop.
 */
final class FrameReader {
    /** Receives frames in order; may throw {@link ProtocolViolation}. */
    interface Listener {
        void onFrame(FrameHead head);

        /**
         * The next piece of the body of the last frame: {@code lengthBytes} bytes from the reader
         * index of {@code in}, which is moved past them by the caller.
         */
        void onBody(ByteBuf in, int lengthBytes);

        /** The body of the last frame is complete. */
        void onBodyEnd();
    }

    private final Listener listener;
    private final byte[] lengthField = new byte[FrameHead.LENGTH_BYTES];
    private byte[] target = lengthField;
    private boolean lengthKnown;
    private int filled;
    private int bodyLeft;

    FrameReader(Listener listener) {
        this.listener = listener;
    }

    /**
     * Reads all of {@code in}, which stays the caller's.
     *
     * @throws ProtocolViolation or another runtime exception of the listener; no more may be fed
     */
    void feed(ByteBuf in) {
        while (in.isReadable()) {
            if (bodyLeft > 0) {
                body(in);
            } else {
                header(in);
            }
        }
    }

    private void body(ByteBuf in) {
        int next = Math.min(bodyLeft, in.readableBytes());
        int end = in.readerIndex() + next;
        listener.onBody(in, next);
        in.readerIndex(end);
        bodyLeft -= next;
        if (bodyLeft == 0) {
            listener.onBodyEnd();
        }
    }

    private void header(ByteBuf in) {
        int next = Math.min(target.length - filled, in.readableBytes());
        in.readBytes(target, filled, next);
        filled += next;
        if (filled < target.length) {
            return;
        }
        filled = 0;
        if (!lengthKnown) {
            target = new byte[headerLength()];
            lengthKnown = true;
            return;
        }
        FrameHead head = FrameHead.decode(target);
        target = lengthField;
        lengthKnown = false;
        bodyLeft = head.bodyBytes();
        listener.onFrame(head);
    }

    private int headerLength() {
        int length = 0;
        for (byte next : lengthField) {
            length = (length << 8) | (next & 0xff);
        }
        if (length < FrameHead.LEAST_HEADER || length > FrameHead.MOST_HEADER) {
            throw new ProtocolViolation(
                    "a header of "
                            + Integer.toUnsignedString(length)
                            + " bytes: the peer does not speak this protocol, or uses TLS where"
                            + " this side does not");
        }
        return length;
    }
}
