package io.lethe.node.chunk;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;

/**
 * Row keys of the index, big-endian so that RocksDB's order is the numbers' (placement groups and
 * times are not negative). Stateless.
 *
 * <p>A chunk key is PG i64, segment 16 bytes, index u8.
 */
final class IndexKeys {
    static final int CHUNK_BYTES = 25;
    static final byte[] EMPTY = {};

    private IndexKeys() {}

    static byte[] chunk(ChunkKey key) {
        Encoder out = new Encoder(CHUNK_BYTES);
        out.i64(key.pg().value());
        key.segment().id().encode(out);
        return out.u8(key.index()).toArray();
    }

    static ChunkKey chunk(Decoder in) {
        return new ChunkKey(new PgId(in.i64()), new SegmentId(Id128.decode(in)), in.u8());
    }

    static byte[] group(PgId pg) {
        return new Encoder(8).i64(pg.value()).toArray();
    }

    static byte[] segment(PgId pg, SegmentId segment) {
        Encoder out = new Encoder(24).i64(pg.value());
        segment.id().encode(out);
        return out.toArray();
    }

    static byte[] location(Location place) {
        return new Encoder(12).i32(place.file()).i64(place.offset()).toArray();
    }

    static Location location(byte[] key) {
        Decoder in = new Decoder(key);
        return new Location(in.i32(), in.i64());
    }

    static byte[] file(int number) {
        return new Encoder(4).i32(number).toArray();
    }

    static byte[] timed(long millis, ChunkKey key) {
        return new Encoder(8 + CHUNK_BYTES).i64(millis).raw(chunk(key)).toArray();
    }

    static byte[] i64(long value) {
        return new Encoder(8).i64(value).toArray();
    }

    static long i64(byte[] value) {
        return new Decoder(value).i64();
    }
}
