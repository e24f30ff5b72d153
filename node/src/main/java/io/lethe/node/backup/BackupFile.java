package io.lethe.node.backup;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The format of a file of a backup, which holds the rows or the keys of one group. Numbers are
 * big-endian.
 *
 * <pre>
 *  0   8  "LETHEBAK"
 *  8   1  format u8 = 1
 *  9   1  kind u8: 1 rows, 2 keys
 * 10  16  cluster id
 * 26  16  backup id
 * 42   4  group i32; 0 is the directory
 * 46   8  index i64 of the last entry of the group's log that the state has
 * 54   8  its term i64
 * 62   4  CRC32C of the 62 bytes before
 * 66      frames, each: length i32 of its body, at least 1; body; CRC32C i32 of length and body
 *         the end: length i32 = 0, items i64 in all frames, frames i64, CRC32C i32 of these
 * </pre>
 *
 * <p>A body of rows: the family's name as string (varint length, UTF-8), then its rows in the order
 * of their keys, each as key and value, both varint length and bytes. What they say stands with the
 * classes that encode them in {@code metadata.state}. A family has as many frames as it takes, in
 * order; one without rows may have a frame without rows.
 *
 * <p>A body of keys: an export of key slots ({@link io.lethe.node.metadata.table.KeyExport}),
 * sealed ({@link io.lethe.node.crypto.Envelope}) under the backup's key, with the id group i32 ‖
 * number of the frame i64, from 0.
 */
public final class BackupFile {
    /** Header length. */
    static final int HEADER_BYTES = 66;

    /** Around a frame's body. */
    static final int FRAME_BYTES = 8;

    static final int END_BYTES = 24;

    /** A piece of a MiB, its last row and a seal: bounds what a damaged length can allocate. */
    static final int MOST_BODY_BYTES = 8 << 20;

    private static final byte[] MAGIC = {'L', 'E', 'T', 'H', 'E', 'B', 'A', 'K'};
    private static final int FORMAT = 1;
    private static final int CHECKSUM_BYTES = 4;

    private BackupFile() {}

    /** What a file holds. */
    public enum Kind {
        ROWS(1),
        KEYS(2);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /**
     * How a file begins.
     *
     * @param index of the last entry that the state has, and its term
     */
    public record Header(
            Kind kind, Id128 cluster, Id128 backup, GroupId group, long index, long term) {
        byte[] encode() {
            Encoder out = new Encoder(HEADER_BYTES).raw(MAGIC).u8(FORMAT).u8(kind.number);
            cluster.encode(out);
            backup.encode(out);
            out.i32(group.value()).i64(index).i64(term);
            return out.i32(crc(out.toArray())).toArray();
        }

        static Header decode(byte[] bytes) {
            check(bytes, "header");
            Decoder in = new Decoder(bytes);
            if (!Arrays.equals(in.raw(MAGIC.length), MAGIC)) {
                throw new CorruptEncoding("this is no file of a backup");
            }
            int format = in.u8();
            if (format != FORMAT) {
                throw new CorruptEncoding("a file of a backup has format " + format);
            }
            Kind kind = in.u8() == Kind.KEYS.number ? Kind.KEYS : Kind.ROWS;
            return new Header(
                    kind,
                    Id128.decode(in),
                    Id128.decode(in),
                    new GroupId(in.i32()),
                    in.i64(),
                    in.i64());
        }
    }

    /** What a file ends with. */
    public record End(long items, long frames) {
        byte[] encode() {
            Encoder out = new Encoder(END_BYTES).i32(0).i64(items).i64(frames);
            return out.i32(crc(out.toArray())).toArray();
        }

        static End decode(byte[] bytes) {
            check(bytes, "end");
            Decoder in = new Decoder(bytes, 4, END_BYTES - CHECKSUM_BYTES - 4);
            return new End(in.i64(), in.i64());
        }
    }

    static byte[] frame(byte[] body) {
        Encoder out = new Encoder(body.length + FRAME_BYTES).i32(body.length).raw(body);
        return out.i32(crc(out.toArray())).toArray();
    }

    /** The id that a frame of keys is sealed with. */
    static Bytes sealOf(GroupId group, long frame) {
        return new Encoder(12).i32(group.value()).i64(frame).toBytes();
    }

    /** Compares the last four bytes with the checksum of those before. */
    static void check(byte[] bytes, String what) {
        int body = bytes.length - CHECKSUM_BYTES;
        if (new Decoder(bytes, body, CHECKSUM_BYTES).i32() != crc(Arrays.copyOf(bytes, body))) {
            throw new CorruptEncoding("a " + what + " does not match its checksum");
        }
    }

    static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
