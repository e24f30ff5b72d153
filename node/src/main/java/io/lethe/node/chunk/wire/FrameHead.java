package io.lethe.node.chunk.wire;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.chunk.ChunkHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The head of a frame. All integers are big-endian.
 *
 * <pre>
 * offset size
 *   0     4   header length: bytes after this field and before the body, 24 to 65,532
 *   4     2   magic 0x4c74 ("Lt")
 *   6     1   version 1
 *   7     1   type, see FrameType
 *   8     4   flags: bit 0: work in the background, on frames that open a request only; the others
 *             are 0, but for those of a newer build's requests
 *  12     8   request id: 0 = the connection itself
 *  20     4   deadline: milliseconds left when sent, 1 to 600,000 on frames that open a request,
 *             0 on all others. Not a time of day, so clocks need not agree.
 *  24     4   body length: 1 to 262,160 for WRITE_DATA and READ_DATA, 0 for all others
 *  28     .   fields of the type, up to the header length: see Request and Reply
 *   .     .   body: raw bytes of a chunk
 * </pre>
 *
 * So a header is at most 64 KiB with its length field, and a data frame, which has at most 8 bytes
 * of fields, at most 256 KiB + 64.
 *
 * @param fields not to be changed
 */
record FrameHead(
        FrameType type,
        long requestId,
        int deadlineMillis,
        int bodyBytes,
        byte[] fields,
        boolean background) {
    static final int MAGIC = 0x4c74;
    static final int VERSION = 1;

    /** Bytes of the length field. */
    static final int LENGTH_BYTES = 4;

    /** Bytes of a header after its length field when it has no fields. */
    static final int LEAST_HEADER = 24;

    /** 64 KiB with the length field: room for the CRCs of 16,000 blocks. */
    static final int MOST_HEADER = (64 << 10) - LENGTH_BYTES;

    /** Bytes that fields may have. */
    static final int MOST_FIELDS = MOST_HEADER - LEAST_HEADER;

    /** A whole block of the largest size, so that a cell with its tag fits one frame. */
    static final int MOST_BODY = ChunkHeader.MOST_BLOCK_BYTES;

    /** Ten minutes: longer than any request of the object path or repair. */
    static final int MOST_DEADLINE_MILLIS = 600_000;

    private static final int BACKGROUND = 1;
    private static final byte[] NO_FIELDS = new byte[0];

    /** Of the foreground. */
    FrameHead(FrameType type, long requestId, int deadlineMillis, int bodyBytes, byte[] fields) {
        this(type, requestId, deadlineMillis, bodyBytes, fields, false);
    }

    static FrameHead of(FrameType type, long requestId) {
        return new FrameHead(type, requestId, 0, 0, NO_FIELDS);
    }

    static FrameHead of(FrameType type, long requestId, byte[] fields) {
        return new FrameHead(type, requestId, 0, 0, fields);
    }

    static FrameHead body(FrameType type, long requestId, int bodyBytes) {
        return new FrameHead(type, requestId, 0, bodyBytes, NO_FIELDS);
    }

    /** Header length with its length field. */
    int headBytes() {
        return LENGTH_BYTES + LEAST_HEADER + fields.length;
    }

    ByteBuf encode(ByteBufAllocator allocator) {
        if (fields.length > MOST_FIELDS) {
            throw new IllegalArgumentException(
                    type + " has " + fields.length + " bytes of fields, past " + MOST_FIELDS);
        }
        ByteBuf out = allocator.directBuffer(headBytes());
        out.writeInt(LEAST_HEADER + fields.length);
        out.writeShort(MAGIC).writeByte(VERSION).writeByte(type.code());
        out.writeInt(background ? BACKGROUND : 0);
        return out.writeLong(requestId)
                .writeInt(deadlineMillis)
                .writeInt(bodyBytes)
                .writeBytes(fields);
    }

    /**
     * @param header everything after the length field
     * @throws ProtocolViolation when the header breaks a rule above
     */
    static FrameHead decode(byte[] header) {
        Decoder in = new Decoder(header);
        int magic = (in.u8() << 8) | in.u8();
        if (magic != MAGIC) {
            throw new ProtocolViolation(
                    "this is the data plane, and the peer speaks something else: check the port,"
                            + " and that both sides use TLS or neither");
        }
        int version = in.u8();
        if (version != VERSION) {
            throw new ProtocolViolation(
                    "frame version " + version + " is unknown here; this node speaks " + VERSION);
        }
        FrameType type = FrameType.of(in.u8());
        int flags = in.i32();
        boolean background = flags == BACKGROUND && type.opensRequest();
        if (flags != 0 && !background && type != FrameType.UNKNOWN) {
            throw new ProtocolViolation("unknown flags " + Integer.toHexString(flags));
        }
        long requestId = in.i64();
        int deadlineMillis = in.i32();
        if (deadlineMillis < 0 || deadlineMillis > MOST_DEADLINE_MILLIS) {
            throw new ProtocolViolation("a deadline of " + deadlineMillis + " ms");
        }
        int bodyBytes = in.i32();
        boolean fits =
                type.carriesBody() ? bodyBytes >= 1 && bodyBytes <= MOST_BODY : bodyBytes == 0;
        if (!fits) {
            throw new ProtocolViolation(type + " with a body of " + bodyBytes + " bytes");
        }
        return new FrameHead(
                type, requestId, deadlineMillis, bodyBytes, in.raw(in.remaining()), background);
    }
}
