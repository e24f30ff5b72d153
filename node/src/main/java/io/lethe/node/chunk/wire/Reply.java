package io.lethe.node.chunk.wire;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of a server's frames.
 *
 * <pre>
 * OK, by what it answers:
 *   HELLO                      see Hello
 *   WRITE_FINISH DELETE DOOM REFUSE_BELOW   nothing
 *   VERIFY                     verdict u8: 0 sound, 1 corrupt, 2 missing
 *   ERASE                      overwritten i64, read back u8
 *   STATUS                     state u8 (0 online, 1 full, 2 failed, 3 slow); i64 each: capacity,
 *                              free, chunks, stored, corrupt, missing files, queued syncs;
 *                              fault string ("" = none)
 *   LIST UNRESOLVED            varint count, then each: key (see Request), pg epoch i32, write 16,
 *                              owner 10, length i64, block bytes i32, created i64
 * ERROR       code string (the name of an ErrorCode), message string
 *             (strings: varint length, UTF-8)
 * READ_HEAD   first byte i64, length i32, block bytes i32, varint count, CRC32C i32 of each block
 * READ_DATA   nothing
 * WINDOW      credits i32
 * PONG        nothing
 * </pre>
 */
final class Reply {
    static final byte[] EMPTY = new byte[0];

    /** Bytes of the longest message: enough for a sentence, little enough for any header. */
    private static final int MOST_MESSAGE_CHARS = 1_000;

    /** Blocks in one read: 4 bytes each in a header of 64 KiB, less 64 for the rest. */
    static final int MOST_BLOCKS = (FrameHead.MOST_FIELDS - 64) / 4;

    private Reply() {}

    /** What comes before the bytes of a read. */
    record ReadHead(long firstByte, int lengthBytes, int blockBytes, int[] blockCrcs) {
        byte[] fields() {
            Encoder out = new Encoder(32 + blockCrcs.length * 4);
            out.i64(firstByte).i32(lengthBytes).i32(blockBytes).varint(blockCrcs.length);
            for (int crc : blockCrcs) {
                out.i32(crc);
            }
            return out.toArray();
        }

        static ReadHead decode(byte[] fields) {
            Decoder in = new Decoder(fields);
            long firstByte = in.i64();
            int lengthBytes = in.i32();
            int blockBytes = in.i32();
            int[] crcs = new int[in.count(MOST_BLOCKS)];
            for (int i = 0; i < crcs.length; i++) {
                crcs[i] = in.i32();
            }
            in.end();
            if (blockBytes < 1
                    || blockBytes > ChunkHeader.MOST_BLOCK_BYTES
                    || lengthBytes < 1
                    || lengthBytes > ChunkHeader.MOST_BYTES
                    || firstByte < 0
                    || firstByte % blockBytes != 0
                    || crcs.length != Math.ceilDiv(lengthBytes, blockBytes)) {
                throw new ProtocolViolation("a read head that contradicts itself");
            }
            return new ReadHead(firstByte, lengthBytes, blockBytes, crcs);
        }
    }

    static byte[] error(ErrorCode code, String message) {
        String cut =
                message.length() <= MOST_MESSAGE_CHARS
                        ? message
                        : message.substring(0, MOST_MESSAGE_CHARS);
        return new Encoder(64).string(code.name()).string(cut).toArray();
    }

    /** A code that this side doesn't know, of a newer peer, is INTERNAL. */
    static StoreException error(byte[] fields) {
        Decoder in = new Decoder(fields);
        String name = in.string();
        String message = in.string();
        in.end();
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return new StoreException(code, message);
            }
        }
        return new StoreException(ErrorCode.INTERNAL, name + ": " + message);
    }

    static byte[] credits(int credits) {
        return new Encoder(16).i32(credits).toArray();
    }

    static int credits(byte[] fields) {
        Decoder in = new Decoder(fields);
        int credits = in.i32();
        in.end();
        if (credits < 1) {
            throw new ProtocolViolation("a window of " + credits);
        }
        return credits;
    }

    static byte[] verdict(ChunkStore.Verdict verdict) {
        return new byte[] {(byte) verdict.ordinal()};
    }

    static ChunkStore.Verdict verdict(Decoder in) {
        int code = in.u8();
        if (code >= ChunkStore.Verdict.values().length) {
            throw new ProtocolViolation("a verdict of " + code);
        }
        return ChunkStore.Verdict.values()[code];
    }

    static byte[] receipt(ChunkStore.EraseReceipt receipt) {
        return new Encoder(16).i64(receipt.overwrittenBytes()).bool(receipt.readBack()).toArray();
    }

    static ChunkStore.EraseReceipt receipt(ChunkKey key, Decoder in) {
        return new ChunkStore.EraseReceipt(key, in.i64(), in.bool());
    }

    static byte[] status(ChunkStore.Status status) {
        String fault = status.fault() == null ? "" : status.fault();
        return new Encoder(96)
                .u8(status.state().ordinal())
                .i64(status.capacityBytes())
                .i64(status.freeBytes())
                .i64(status.chunks())
                .i64(status.storedBytes())
                .i64(status.corruptChunks())
                .i64(status.missingFiles())
                .i64(status.queuedSyncs())
                .string(
                        fault.length() <= MOST_MESSAGE_CHARS
                                ? fault
                                : fault.substring(0, MOST_MESSAGE_CHARS))
                .toArray();
    }

    static ChunkStore.Status status(Decoder in) {
        int state = in.u8();
        if (state >= ChunkStore.State.values().length) {
            throw new ProtocolViolation("a device state of " + state);
        }
        long[] figures = new long[7];
        for (int i = 0; i < figures.length; i++) {
            figures[i] = in.i64();
        }
        String fault = in.string();
        return new ChunkStore.Status(
                ChunkStore.State.values()[state],
                figures[0],
                figures[1],
                figures[2],
                figures[3],
                figures[4],
                figures[5],
                figures[6],
                fault.isEmpty() ? null : fault);
    }

    static byte[] chunks(List<ChunkStore.ChunkInfo> chunks) {
        Encoder out = new Encoder(16 + chunks.size() * 80).varint(chunks.size());
        for (ChunkStore.ChunkInfo chunk : chunks) {
            Request.encode(chunk.key(), out);
            out.i32(chunk.pgEpoch());
            chunk.write().id().encode(out);
            out.raw(chunk.owner())
                    .i64(chunk.lengthBytes())
                    .i32(chunk.blockBytes())
                    .i64(chunk.createdMillis());
        }
        return out.toArray();
    }

    static List<ChunkStore.ChunkInfo> chunks(Decoder in) {
        int count = in.count(Request.MOST_LISTED);
        List<ChunkStore.ChunkInfo> chunks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            chunks.add(
                    new ChunkStore.ChunkInfo(
                            Request.key(in),
                            in.i32(),
                            new WriteId(Id128.decode(in)),
                            Bytes.wrap(in.raw(ChunkHeader.OWNER_BYTES)),
                            in.i64(),
                            in.i32(),
                            in.i64()));
        }
        return List.copyOf(chunks);
    }
}
