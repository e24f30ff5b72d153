package io.lethe.node.chunk;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;

/**
 * What the index keeps of a data file.
 *
 * <p>Encoding (big-endian): format u8 = 1, nonce i64, scan from i64, sealed u8.
 *
 * @param scanFrom every extent before it is in the index, or dead: recovery starts here
 * @param sealed nothing will be written to it any more
 */
record FileRow(int number, long nonce, long scanFrom, boolean sealed) {
    private static final int FORMAT = 1;

    byte[] encode() {
        return new Encoder(18).u8(FORMAT).i64(nonce).i64(scanFrom).bool(sealed).toArray();
    }

    static FileRow decode(int number, byte[] row) {
        Decoder in = new Decoder(row);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a row of a data file in an unknown format");
        }
        return new FileRow(number, in.i64(), in.i64(), in.bool());
    }
}
