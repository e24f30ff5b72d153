package io.lethe.node.chunk.wire;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.Ticket;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the frames that open a request.
 *
 * <pre>
 * all            ticket: varint length, bytes (see Ticket); device 16
 * key            pg i64, segment 16, index u8
 * WRITE_OPEN     key, pg epoch i32, write 16, owner 10, reserve i64, block bytes i32
 * READ           key, offset i64, length i32
 * DELETE DOOM VERIFY ERASE   key (DOOM: any chunk of the segment)
 * STATUS         nothing more
 * LIST           has group u8, pg i64; has after u8, key; limit i32 (absent ones: no bytes)
 * UNRESOLVED     before i64 (wall milliseconds), limit i32
 * REFUSE_BELOW   pg i64, epoch i32
 * </pre>
 *
 * The other frames of a client: HELLO: see {@link Hello}; WRITE_FINISH: i64 bytes sent in all;
 * WRITE_DATA, CANCEL, PING, PONG: no fields.
 */
sealed interface Request {
    /** Entries in one answer to LIST or UNRESOLVED: 800 x 75 bytes fit a header of 64 KiB. */
    int MOST_LISTED = ChunkPeers.MOST_LISTED;

    FrameType type();

    Ticket ticket();

    DeviceId device();

    /** The chunk that it names; null for requests about a whole device. */
    @Nullable ChunkKey chunk();

    /** Appends what follows the device. */
    void encodeRest(Encoder out);

    default byte[] fields() {
        Encoder out = new Encoder(256);
        out.bytes(ticket().encode());
        device().id().encode(out);
        encodeRest(out);
        return out.toArray();
    }

    /**
     * @throws Decoder.CorruptEncoding or IllegalArgumentException when the fields are not the
     *     type's
     */
    static Request decode(FrameType type, byte[] fields) {
        Decoder in = new Decoder(fields);
        Ticket ticket = Ticket.decode(in.bytes().unsafeArray());
        DeviceId device = new DeviceId(Id128.decode(in));
        Request request =
                switch (type) {
                    case WRITE_OPEN -> new WriteOpen(ticket, device, header(in));
                    case READ -> new Read(ticket, device, key(in), in.i64(), in.i32());
                    case DELETE, DOOM, VERIFY, ERASE -> new OfChunk(type, ticket, device, key(in));
                    case STATUS -> new Status(ticket, device);
                    case LIST -> list(ticket, device, in);
                    case UNRESOLVED -> new Unresolved(ticket, device, in.i64(), in.i32());
                    case REFUSE_BELOW ->
                            new RefuseBelow(ticket, device, new PgId(in.i64()), in.i32());
                    default -> throw new ProtocolViolation(type + " opens no request");
                };
        in.end();
        return request;
    }

    private static ListChunks list(Ticket ticket, DeviceId device, Decoder in) {
        PgId group = in.bool() ? new PgId(in.i64()) : null;
        ChunkKey after = in.bool() ? key(in) : null;
        return new ListChunks(ticket, device, group, after, in.i32());
    }

    private static ChunkHeader header(Decoder in) {
        ChunkKey key = key(in);
        int pgEpoch = in.i32();
        WriteId write = new WriteId(Id128.decode(in));
        Bytes owner = Bytes.wrap(in.raw(ChunkHeader.OWNER_BYTES));
        return new ChunkHeader(key, pgEpoch, write, owner, in.i64(), in.i32());
    }

    static ChunkKey key(Decoder in) {
        return new ChunkKey(new PgId(in.i64()), new SegmentId(Id128.decode(in)), in.u8());
    }

    static void encode(ChunkKey key, Encoder out) {
        out.i64(key.pg().value());
        key.segment().id().encode(out);
        out.u8(key.index());
    }

    private static void checkLimit(int limit) {
        if (limit < 1 || limit > MOST_LISTED) {
            throw new IllegalArgumentException(
                    "a list of " + limit + " chunks; from 1 to " + MOST_LISTED + " are allowed");
        }
    }

    /** Starts a chunk. */
    record WriteOpen(Ticket ticket, DeviceId device, ChunkHeader header) implements Request {
        @Override
        public FrameType type() {
            return FrameType.WRITE_OPEN;
        }

        @Override
        public ChunkKey chunk() {
            return header.key();
        }

        @Override
        public void encodeRest(Encoder out) {
            encode(header.key(), out);
            out.i32(header.pgEpoch());
            header.write().id().encode(out);
            out.raw(header.owner()).i64(header.reserveBytes()).i32(header.blockBytes());
        }
    }

    /** Reads a range; whole blocks that cover it come back. */
    record Read(Ticket ticket, DeviceId device, ChunkKey chunk, long offset, int lengthBytes)
            implements Request {
        public Read {
            if (offset < 0
                    || lengthBytes < 1
                    || lengthBytes > ChunkHeader.MOST_BYTES
                    || offset > ChunkHeader.MOST_BYTES) {
                throw new IllegalArgumentException(
                        "a read of " + lengthBytes + " bytes at " + offset + " of a chunk");
            }
        }

        @Override
        public FrameType type() {
            return FrameType.READ;
        }

        @Override
        public void encodeRest(Encoder out) {
            encode(chunk, out);
            out.i64(offset).i32(lengthBytes);
        }
    }

    /** Deletes, dooms, verifies or erases one chunk. */
    record OfChunk(FrameType type, Ticket ticket, DeviceId device, ChunkKey chunk)
            implements Request {
        @Override
        public void encodeRest(Encoder out) {
            encode(chunk, out);
        }
    }

    /** A device's figures. */
    record Status(Ticket ticket, DeviceId device) implements Request {
        @Override
        public FrameType type() {
            return FrameType.STATUS;
        }

        @Override
        public @Nullable ChunkKey chunk() {
            return null;
        }

        @Override
        public void encodeRest(Encoder out) {}
    }

    /** An inventory in key order. */
    record ListChunks(
            Ticket ticket,
            DeviceId device,
            @Nullable PgId group,
            @Nullable ChunkKey after,
            int limit)
            implements Request {
        public ListChunks {
            checkLimit(limit);
        }

        @Override
        public FrameType type() {
            return FrameType.LIST;
        }

        @Override
        public @Nullable ChunkKey chunk() {
            return null;
        }

        @Override
        public void encodeRest(Encoder out) {
            out.bool(group != null);
            if (group != null) {
                out.i64(group.value());
            }
            out.bool(after != null);
            if (after != null) {
                encode(after, out);
            }
            out.i32(limit);
        }
    }

    /** Chunks whose write may not have been committed. */
    record Unresolved(Ticket ticket, DeviceId device, long beforeMillis, int limit)
            implements Request {
        public Unresolved {
            checkLimit(limit);
        }

        @Override
        public FrameType type() {
            return FrameType.UNRESOLVED;
        }

        @Override
        public @Nullable ChunkKey chunk() {
            return null;
        }

        @Override
        public void encodeRest(Encoder out) {
            out.i64(beforeMillis).i32(limit);
        }
    }

    /** Ends writes to a group of epochs below one. */
    record RefuseBelow(Ticket ticket, DeviceId device, PgId group, int epoch) implements Request {
        public RefuseBelow {
            if (epoch < 1) {
                throw new IllegalArgumentException("a floor of " + epoch);
            }
        }

        @Override
        public FrameType type() {
            return FrameType.REFUSE_BELOW;
        }

        @Override
        public @Nullable ChunkKey chunk() {
            return null;
        }

        @Override
        public void encodeRest(Encoder out) {
            out.i64(group.value()).i32(epoch);
        }
    }
}
