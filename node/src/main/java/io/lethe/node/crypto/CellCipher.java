package io.lethe.node.crypto;

import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts and decrypts the cells of one segment with AES-256-GCM; a cell grows by its tag of 16
 * bytes.
 *
 * <ul>
 *   <li>Key: HKDF-SHA-256(data key, info = "lethe segment" ‖ segment id 16), 32 bytes.
 *   <li>Nonce, 12 bytes: zero 8, cell index u32.
 *   <li>Associated data, 41 bytes: write id 16, segment id 16, cell index u32, last-cell flag u8 (1
 *       for the segment's last cell), plaintext length of the cell u32.
 * </ul>
 *
 * <p>All integers are big-endian. A segment id is random and never used again, so a key never meets
 * a nonce twice as long as each cell is encrypted once: cells must be encrypted in ascending order,
 * and a write that starts over takes a new segment id. An inline object is the only cell of a
 * segment whose id is its write id.
 *
 * <p>Owns the segment's key until {@link #close}. One thread at a time; readers of one segment in
 * parallel take one each.
 */
public final class CellCipher implements AutoCloseable {
    public static final int TAG_BYTES = 16;

    private static final byte[] KEY_LABEL = "lethe segment".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE_BYTES = 12;
    private static final int NONCE_INDEX_AT = 8;
    private static final int AAD_BYTES = 41;
    private static final int AAD_INDEX_AT = 32;
    private static final int AAD_LAST_AT = 36;
    private static final int AAD_LENGTH_AT = 37;

    /**
     * Cells of {@link #warmUp}. The processor's AES instructions are reached only from methods that
     * the optimising compiler has taken over, which it does after some thousand calls, however many
     * bytes each has: measured with 256 KiB cells, 50 MB/s for more than a second of CPU, then 9
     * GB/s; after 3,000 cells of 1 KiB (0.1 s) 9 GB/s at once.
     */
    private static final int WARM_UP_CELLS = 3_000;

    private static final int WARM_UP_BYTES = 1024;

    private final SegmentId segment;
    private final KeyBytes key;
    private final Cipher cipher;
    private final byte[] nonce = new byte[NONCE_BYTES];
    private final byte[] associated;
    private long lastEncrypted = -1;

    /**
     * @param dataKey stays the caller's
     */
    public CellCipher(KeyBytes dataKey, WriteId write, SegmentId segment) {
        this.segment = segment;
        Encoder info = new Encoder(32).raw(KEY_LABEL);
        segment.id().encode(info);
        this.key = Hkdf.key(dataKey, new byte[0], info.toArray());
        Encoder fixed = new Encoder(AAD_BYTES);
        write.id().encode(fixed);
        segment.id().encode(fixed);
        this.associated = fixed.i32(0).u8(0).i32(0).toArray();
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no AES-GCM", missing);
        }
    }

    /** For an inline object: one cell, index 0, the last. */
    public static CellCipher inline(KeyBytes dataKey, WriteId write) {
        return new CellCipher(dataKey, write, new SegmentId(write.id()));
    }

    /**
     * Has encryption and decryption compiled; called once at start, off the threads of requests.
     */
    public static void warmUp() {
        Id128 nobody = new Id128(0, 0);
        byte[] plaintext = new byte[WARM_UP_BYTES];
        byte[] encrypted = new byte[WARM_UP_BYTES + TAG_BYTES];
        KeyBytes key = KeyBytes.wrap(new byte[KeyBytes.BYTES]);
        try (CellCipher cipher = inline(key, new WriteId(nobody))) {
            for (int cell = 0; cell < WARM_UP_CELLS; cell++) {
                cipher.encrypt(cell, false, plaintext, 0, WARM_UP_BYTES, encrypted, 0);
                cipher.decrypt(cell, false, encrypted, 0, encrypted.length, plaintext, 0);
            }
        }
    }

    /**
     * Encrypts {@code lengthBytes} of {@code in} into {@code out}, which has room for {@link
     * #TAG_BYTES} more.
     *
     * @return bytes written: {@code lengthBytes + TAG_BYTES}
     */
    public int encrypt(
            int cell, boolean last, byte[] in, int inAt, int lengthBytes, byte[] out, int outAt) {
        Check.that(cell > lastEncrypted, "cells are encrypted once, in ascending order");
        lastEncrypted = cell;
        try {
            start(Cipher.ENCRYPT_MODE, cell, last, lengthBytes);
            return cipher.doFinal(in, inAt, lengthBytes, out, outAt);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM refused to encrypt", impossible);
        }
    }

    /**
     * Decrypts {@code lengthBytes} of {@code in}, tag included, into {@code out}.
     *
     * @return bytes written: {@code lengthBytes - TAG_BYTES}
     * @throws StoreException CORRUPT when the bytes are not this cell's; {@code out} then holds
     *     nothing of use
     */
    public int decrypt(
            int cell, boolean last, byte[] in, int inAt, int lengthBytes, byte[] out, int outAt) {
        if (lengthBytes < TAG_BYTES) {
            throw corrupt(cell, null);
        }
        try {
            start(Cipher.DECRYPT_MODE, cell, last, lengthBytes - TAG_BYTES);
            return cipher.doFinal(in, inAt, lengthBytes, out, outAt);
        } catch (AEADBadTagException wrong) {
            throw corrupt(cell, wrong);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM refused to decrypt", impossible);
        }
    }

    private StoreException corrupt(int cell, @Nullable Throwable cause) {
        return new StoreException(
                ErrorCode.CORRUPT,
                "cell "
                        + cell
                        + " of segment "
                        + segment
                        + " does not authenticate: decode it from other chunks",
                cause);
    }

    private void start(int mode, int cell, boolean last, int plaintextBytes)
            throws GeneralSecurityException {
        putInt(nonce, NONCE_INDEX_AT, cell);
        putInt(associated, AAD_INDEX_AT, cell);
        associated[AAD_LAST_AT] = (byte) (last ? 1 : 0);
        putInt(associated, AAD_LENGTH_AT, plaintextBytes);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(associated);
    }

    private static void putInt(byte[] target, int at, int value) {
        target[at] = (byte) (value >>> 24);
        target[at + 1] = (byte) (value >>> 16);
        target[at + 2] = (byte) (value >>> 8);
        target[at + 3] = (byte) value;
    }

    /** Wipes the segment's key; the instance is of no use afterwards. */
    @Override
    public void close() {
        key.destroy();
    }
}
