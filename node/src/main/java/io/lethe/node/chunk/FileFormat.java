package io.lethe.node.chunk;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import org.jspecify.annotations.Nullable;

/**
 * The first page of a data file; extents follow from 4,096 on. Written and synced (file and
 * directory) before the first extent. Stateless.
 *
 * <p>Big-endian:
 *
 * <pre>
 *   0  8  magic "LETHEDAT"
 *   8  2  format version = 1
 *  10  2  zero
 *  12  4  number of the file
 *  16  8  nonce: random, repeated in every extent header
 *  24 16  device id
 *  40  8  created, milliseconds since 1970
 *  48  4  CRC32C of bytes 0 to 47
 *  52     zeros to 4,095
 * </pre>
 */
final class FileFormat {
    private static final long MAGIC = 0x4C45_5448_4544_4154L;
    private static final int VERSION = 1;
    private static final int CRC_AT = 48;

    private FileFormat() {}

    /** What the first page says. */
    record FileHeader(int number, long nonce, DeviceId device, long createdMillis) {}

    static byte[] encode(FileHeader header) {
        Encoder out = new Encoder(ExtentFormat.PAGE_BYTES);
        out.i64(MAGIC).i32(VERSION << 16).i32(header.number()).i64(header.nonce());
        header.device().id().encode(out);
        out.i64(header.createdMillis());
        out.i32(ExtentFormat.crc(out.toArray(), 0, CRC_AT));
        return java.util.Arrays.copyOf(out.toArray(), ExtentFormat.PAGE_BYTES);
    }

    /** Null when the page is not the whole header of a data file of this format. */
    static @Nullable FileHeader decode(byte[] page) {
        Decoder in = new Decoder(page);
        if (page.length < CRC_AT + 4 || in.i64() != MAGIC || in.i32() != VERSION << 16) {
            return null;
        }
        FileHeader header =
                new FileHeader(in.i32(), in.i64(), new DeviceId(Id128.decode(in)), in.i64());
        return in.i32() == ExtentFormat.crc(page, 0, CRC_AT) ? header : null;
    }
}
