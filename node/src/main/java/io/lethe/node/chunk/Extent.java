package io.lethe.node.chunk;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.WriteId;

/**
 * A stored chunk and where it is: the index's record.
 *
 * <p>Encoding of the record (big-endian): format u8 = 1, file i32, offset i64, head bytes i32,
 * length i64, block bytes i32, PG epoch i32, write id 16, owner 10, created i64, sequence i64. The
 * key is the row's.
 *
 * @param headBytes from the extent's start to the chunk's first byte; whole pages
 * @param sequence grows with every chunk finished on the device: of two extents under one key, the
 *     higher is the valid one
 */
record Extent(
        ChunkKey key,
        int file,
        long offset,
        int headBytes,
        long lengthBytes,
        int blockBytes,
        int pgEpoch,
        WriteId write,
        Bytes owner,
        long createdMillis,
        long sequence) {
    private static final int FORMAT = 1;

    Location location() {
        return new Location(file, offset);
    }

    /** Position in the file of the chunk's first byte. */
    long dataAt() {
        return offset + headBytes;
    }

    /** Where the last byte was written: the file reaches to here. Padding is not written. */
    long dataEnd() {
        return lengthBytes > 0 ? dataAt() + lengthBytes : offset + ExtentFormat.HEADER_BYTES;
    }

    /** What the extent takes of its file: whole pages. */
    long extentBytes() {
        return ExtentFormat.wholePages(headBytes + lengthBytes);
    }

    int blocks() {
        return ExtentFormat.blocks(lengthBytes, blockBytes);
    }

    Extent movedTo(Location place, int newHeadBytes, long newSequence) {
        return new Extent(
                key,
                place.file(),
                place.offset(),
                newHeadBytes,
                lengthBytes,
                blockBytes,
                pgEpoch,
                write,
                owner,
                createdMillis,
                newSequence);
    }

    ChunkStore.ChunkInfo info() {
        return new ChunkStore.ChunkInfo(
                key, pgEpoch, write, owner, lengthBytes, blockBytes, createdMillis);
    }

    byte[] encode() {
        Encoder out = new Encoder(80);
        out.u8(FORMAT).i32(file).i64(offset).i32(headBytes).i64(lengthBytes).i32(blockBytes);
        out.i32(pgEpoch);
        write.id().encode(out);
        return out.raw(owner).i64(createdMillis).i64(sequence).toArray();
    }

    static Extent decode(ChunkKey key, byte[] row) {
        Decoder in = new Decoder(row);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("an index record of an unknown format");
        }
        Extent extent =
                new Extent(
                        key,
                        in.i32(),
                        in.i64(),
                        in.i32(),
                        in.i64(),
                        in.i32(),
                        in.i32(),
                        new WriteId(io.lethe.node.model.Id128.decode(in)),
                        Bytes.wrap(in.raw(ChunkHeader.OWNER_BYTES)),
                        in.i64(),
                        in.i64());
        in.end();
        return extent;
    }
}
