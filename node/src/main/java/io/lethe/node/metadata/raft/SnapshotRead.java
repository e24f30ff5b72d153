package io.lethe.node.metadata.raft;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.util.zip.CRC32C;

/**
 * Asks for a part of a snapshot: message type {@link RaftMessages#SNAPSHOT_READ}. Layout,
 * big-endian: i64 snapshot index, i64 copy id, u8 what (0 manifest, 1 file, 2 keys), varint file
 * number, varint offset; the reader: host string, port i32, generation varint.
 *
 * @param copy random, one for each copy: the keys answered to one copy come from one moment
 * @param file place in the manifest; 0 otherwise
 * @param reader the replica that the copy is for
 */
record SnapshotRead(long index, long copy, What what, int file, long offset, RaftPeer reader) {
    /** 256 KiB: a chunk delays heartbeats on the same stream by 2 ms at 1 Gbit/s. */
    static final int MOST_CHUNK_BYTES = 256 * 1024;

    /** Its place is its code, so the list only grows. */
    enum What {
        MANIFEST,
        FILE,
        KEYS
    }

    byte[] encode() {
        Encoder out = new Encoder(32).i64(index).i64(copy).u8(what.ordinal());
        out.varint(file).varint(offset).string(reader.host()).i32(reader.port());
        return out.varint(reader.generation()).toArray();
    }

    static SnapshotRead decode(byte[] encoded) {
        Decoder in = new Decoder(encoded);
        long index = in.i64();
        long copy = in.i64();
        int what = in.u8();
        if (what >= What.values().length) {
            throw new Decoder.CorruptEncoding("an unknown part of a snapshot: " + what);
        }
        SnapshotRead read =
                new SnapshotRead(
                        index,
                        copy,
                        What.values()[what],
                        in.count(Integer.MAX_VALUE),
                        in.varint(),
                        new RaftPeer(in.string(), in.i32(), in.count(Integer.MAX_VALUE)));
        in.end();
        return read;
    }

    /**
     * The answer: message type {@link RaftMessages#SNAPSHOT_PART}. Layout, big-endian: u8 found (0:
     * the snapshot is gone or transfers are refused, and nothing follows), varint length of the
     * whole, varint length of this chunk, its bytes, i32 their CRC-32C.
     */
    record Part(boolean found, long wholeBytes, byte[] chunk) {
        static final Part GONE = new Part(false, 0, new byte[0]);

        byte[] encode() {
            if (!found) {
                return new byte[] {0};
            }
            Encoder out = new Encoder(chunk.length + 32).u8(1).varint(wholeBytes).bytes(chunk);
            return out.i32(crc(chunk)).toArray();
        }

        static Part decode(byte[] encoded) {
            Decoder in = new Decoder(encoded);
            if (!in.bool()) {
                return GONE;
            }
            Part part = new Part(true, in.varint(), in.raw(in.count(MOST_CHUNK_BYTES)));
            if (in.i32() != crc(part.chunk())) {
                throw new Decoder.CorruptEncoding("a part of a snapshot fails its checksum");
            }
            in.end();
            return part;
        }

        private static int crc(byte[] bytes) {
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            return (int) crc.getValue();
        }
    }
}
