package io.lethe.node.chunk;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.WriteId;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an extent. Stateless.
 *
 * <p>An extent starts at a multiple of 4,096 in its data file and is: the <em>head</em> (header,
 * then the table of block checksums, padded to whole pages), the chunk's bytes, padding to a whole
 * page. Padding reads as zeros. The head is written last, in one write, when the chunk's length is
 * known, and made durable by the same sync as the bytes.
 *
 * <p>Header, big-endian:
 *
 * <pre>
 *   0  8  magic "LETHEEXT"
 *   8  2  format version = 1
 *  10  2  zero
 *  12  4  number of the data file
 *  16  8  nonce of the data file: so that bytes of a client never pass for a header
 *  24  8  offset of this extent in the file: so that a stray copy never does
 *  32  8  sequence
 *  40  8  placement group
 *  48 16  segment id
 *  64  1  chunk index
 *  65  3  zero
 *  68  4  PG epoch
 *  72 16  write id
 *  88 10  owner
 *  98  2  zero
 * 100  4  block bytes
 * 104  8  created, milliseconds since 1970
 * 112  8  length of the chunk
 * 120  4  head bytes: where the chunk begins, from the extent's start; a multiple of 4,096
 * 124  4  number of blocks = ceil(length / block bytes)
 * 128  4  CRC32C of the table
 * 132  4  CRC32C of bytes 0 to 131
 * 136  4 × blocks  table: CRC32C of each block of the chunk
 * </pre>
 */
final class ExtentFormat {
    /** Alignment of extents: the page of x86-64, and the least that a hole can be. */
    static final int PAGE_BYTES = 4096;

    static final int HEADER_BYTES = 136;

    /**
     * Blocks of one chunk: 4 MiB of table. An 80 MiB chunk may have blocks of 80 bytes, and ones
     * smaller than that only occur in chunks that are small themselves.
     */
    static final int MOST_BLOCKS = 1 << 20;

    static final long MAGIC = 0x4C45_5448_4545_5854L;
    private static final int VERSION = 1;
    private static final int HEADER_CRC_AT = 132;

    private ExtentFormat() {}

    /** A header that is whole and in its place. */
    record Header(Extent extent, int tableCrc) {}

    static long wholePages(long bytes) {
        return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    static int blocks(long lengthBytes, int blockBytes) {
        return Math.toIntExact((lengthBytes + blockBytes - 1) / blockBytes);
    }

    static int headBytes(int blocks) {
        return Math.toIntExact(wholePages(HEADER_BYTES + 4L * blocks));
    }

    /** Header and table, without padding. */
    static byte[] encode(Extent extent, long nonce, int[] blockCrcs) {
        Encoder table = new Encoder(4 * blockCrcs.length);
        for (int crc : blockCrcs) {
            table.i32(crc);
        }
        byte[] tableBytes = table.toArray();
        Encoder out = new Encoder(HEADER_BYTES + tableBytes.length);
        out.i64(MAGIC).i32(VERSION << 16).i32(extent.file()).i64(nonce).i64(extent.offset());
        out.i64(extent.sequence()).i64(extent.key().pg().value());
        extent.key().segment().id().encode(out);
        out.i32(extent.key().index() << 24).i32(extent.pgEpoch());
        extent.write().id().encode(out);
        out.raw(extent.owner()).u8(0).u8(0).i32(extent.blockBytes()).i64(extent.createdMillis());
        out.i64(extent.lengthBytes()).i32(extent.headBytes()).i32(blockCrcs.length);
        out.i32(crc(tableBytes, 0, tableBytes.length));
        byte[] header = out.toArray();
        return out.i32(crc(header, 0, HEADER_CRC_AT)).raw(tableBytes).toArray();
    }

    /**
     * The header at the start of {@code page}, or null where there is none that is whole, of this
     * file and of this place.
     */
    static @Nullable Header decode(byte[] page, int at, Location place, long nonce) {
        if (page.length - at < HEADER_BYTES) {
            return null;
        }
        Decoder in = new Decoder(page, at, HEADER_BYTES);
        boolean here =
                in.i64() == MAGIC
                        && in.i32() == VERSION << 16
                        && in.i32() == place.file()
                        && in.i64() == nonce
                        && in.i64() == place.offset();
        int stored = new Decoder(page, at + HEADER_CRC_AT, 4).i32();
        if (!here || stored != crc(page, at, HEADER_CRC_AT)) {
            return null;
        }
        return fields(in, place);
    }

    private static @Nullable Header fields(Decoder in, Location place) {
        long sequence = in.i64();
        PgId pg = new PgId(in.i64());
        SegmentId segment = new SegmentId(Id128.decode(in));
        ChunkKey key = new ChunkKey(pg, segment, in.i32() >>> 24);
        int pgEpoch = in.i32();
        WriteId write = new WriteId(Id128.decode(in));
        Bytes owner = Bytes.wrap(in.raw(ChunkHeader.OWNER_BYTES));
        in.raw(2);
        int blockBytes = in.i32();
        long created = in.i64();
        long lengthBytes = in.i64();
        int headBytes = in.i32();
        int blocks = in.i32();
        int tableCrc = in.i32();
        boolean sane =
                blockBytes > 0
                        && lengthBytes >= 0
                        && lengthBytes <= ChunkHeader.MOST_BYTES
                        && blocks == blocks(lengthBytes, blockBytes)
                        && headBytes % PAGE_BYTES == 0
                        && headBytes >= headBytes(blocks);
        if (!sane) {
            return null;
        }
        Extent extent =
                new Extent(
                        key,
                        place.file(),
                        place.offset(),
                        headBytes,
                        lengthBytes,
                        blockBytes,
                        pgEpoch,
                        write,
                        owner,
                        created,
                        sequence);
        return new Header(extent, tableCrc);
    }

    /** The table's checksums, or null when the table is damaged. */
    static int @Nullable [] table(byte[] bytes, int at, int blocks, int tableCrc) {
        if (crc(bytes, at, 4 * blocks) != tableCrc) {
            return null;
        }
        Decoder in = new Decoder(bytes, at, 4 * blocks);
        int[] crcs = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            crcs[i] = in.i32();
        }
        return crcs;
    }

    static int crc(byte[] bytes, int at, int lengthBytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, lengthBytes);
        return (int) crc.getValue();
    }
}
