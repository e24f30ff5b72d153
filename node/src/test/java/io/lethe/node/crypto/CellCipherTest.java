package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class CellCipherTest {
    private static final byte[] PLAINTEXT = Bytes.utf8("Lethe").toArray();
    private static final KeyBytes KEY = Samples.key(3);
    private static final WriteId WRITE = new WriteId(Samples.ID);
    private static final SegmentId SEGMENT = new SegmentId(Samples.OTHER_ID);

    /** Compiled code is what runs in production, so it is what is tested. */
    @BeforeAll
    static void compile() {
        CellCipher.warmUp();
    }

    private static byte[] encrypt(CellCipher cipher, int cell, boolean last, byte[] plaintext) {
        byte[] out = new byte[plaintext.length + CellCipher.TAG_BYTES];
        int written = cipher.encrypt(cell, last, plaintext, 0, plaintext.length, out, 0);
        assertThat(written).isEqualTo(out.length);
        return out;
    }

    private static byte[] decrypt(CellCipher cipher, int cell, boolean last, byte[] cells) {
        byte[] out = new byte[Math.max(0, cells.length - CellCipher.TAG_BYTES)];
        int written = cipher.decrypt(cell, last, cells, 0, cells.length, out, 0);
        assertThat(written).isEqualTo(out.length);
        return out;
    }

    private static void assertCorrupt(CellCipher cipher, int cell, boolean last, byte[] cells) {
        assertThatThrownBy(() -> decrypt(cipher, cell, last, cells))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.CORRUPT));
    }

    @Test
    void theStoredSampleDecrypts() {
        byte[] stored = Bytes.hex("9d08d570d15f7c4e08a8c6391e769311721a1e9a25").toArray();
        try (CellCipher cipher = new CellCipher(KEY, WRITE, SEGMENT)) {
            assertThat(decrypt(cipher, 7, true, stored)).containsExactly(PLAINTEXT);
            assertThat(encrypt(cipher, 7, true, PLAINTEXT)).containsExactly(stored);
        }
    }

    /** Worked out from the Javadoc alone. */
    @Test
    void theFormatIsTheDocumentedOne() throws GeneralSecurityException {
        byte[] info = Bytes.utf8("lethe segment").plus(KeyWrap.bytesOf(SEGMENT.id())).toArray();
        byte[] key = Hkdf.derive(KEY, new byte[0], info, 32);
        byte[] nonce = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2};
        Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
        gcm.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(key, "AES"),
                new GCMParameterSpec(128, nonce));
        gcm.updateAAD(
                Bytes.hex(
                                "000102030405060708090a0b0c0d0e0f"
                                        + "000102030405060708090a0b0c0d0e10"
                                        + "00000102"
                                        + "00"
                                        + "00000005")
                        .toArray());
        byte[] expected = gcm.doFinal(PLAINTEXT);
        try (CellCipher cipher = new CellCipher(KEY, WRITE, SEGMENT)) {
            assertThat(encrypt(cipher, 258, false, PLAINTEXT)).containsExactly(expected);
        }
    }

    @Test
    void cellsOfAllLengthsComeBackFromTheMiddleOfArrays() {
        long seed = 5;
        Random random = new Random(seed);
        int cell = 0;
        try (CellCipher writer = new CellCipher(KEY, WRITE, SEGMENT);
                CellCipher reader = new CellCipher(KEY, WRITE, SEGMENT)) {
            for (int length : new int[] {0, 1, 15, 16, 17, 1000, 65_536, 262_144, 1 << 20}) {
                byte[] in = new byte[length + 20];
                random.nextBytes(in);
                byte[] out = new byte[length + 40];
                assertThat(writer.encrypt(cell, false, in, 20, length, out, 24))
                        .isEqualTo(length + 16);
                byte[] back = new byte[length + 3];
                assertThat(reader.decrypt(cell, false, out, 24, length + 16, back, 3))
                        .isEqualTo(length);
                assertThat(Arrays.equals(in, 20, length + 20, back, 3, length + 3))
                        .as("seed %d, length %d", seed, length)
                        .isTrue();
                cell++;
            }
        }
    }

    @Test
    void aCellOpensOnlyInItsOwnPlace() {
        byte[] stored;
        try (CellCipher cipher = new CellCipher(KEY, WRITE, SEGMENT)) {
            stored = encrypt(cipher, 4, false, new byte[100]);
            assertCorrupt(cipher, 5, false, stored);
            assertCorrupt(cipher, 4, true, stored);
            assertCorrupt(cipher, 4, false, Arrays.copyOf(stored, stored.length - 1));
            assertCorrupt(cipher, 4, false, new byte[15]);
            for (int at : new int[] {0, 50, 99, 100, 115}) {
                assertCorrupt(
                        cipher, 4, false, Samples.flipped(Bytes.copyOf(stored), at).toArray());
            }
            assertThat(decrypt(cipher, 4, false, stored)).containsOnly(0);
        }
        try (CellCipher other = new CellCipher(Samples.key(4), WRITE, SEGMENT)) {
            assertCorrupt(other, 4, false, stored);
        }
        WriteId otherWrite = new WriteId(Samples.OTHER_ID);
        try (CellCipher other = new CellCipher(KEY, otherWrite, SEGMENT)) {
            assertCorrupt(other, 4, false, stored);
        }
        SegmentId otherSegment = new SegmentId(Samples.ID);
        try (CellCipher other = new CellCipher(KEY, WRITE, otherSegment)) {
            assertCorrupt(other, 4, false, stored);
        }
    }

    @Test
    void noCellIsEncryptedTwiceUnderOneKey() {
        try (CellCipher cipher = new CellCipher(KEY, WRITE, SEGMENT)) {
            encrypt(cipher, 0, false, new byte[1]);
            encrypt(cipher, 2, false, new byte[1]);
            assertThatThrownBy(() -> encrypt(cipher, 2, false, new byte[1]))
                    .isInstanceOf(Check.BrokenInvariant.class);
            assertThatThrownBy(() -> encrypt(cipher, 1, false, new byte[1]))
                    .isInstanceOf(Check.BrokenInvariant.class);
        }
    }

    @Test
    void aClosedCipherIsOfNoUse() {
        CellCipher cipher = new CellCipher(KEY, WRITE, SEGMENT);
        cipher.close();
        assertThatThrownBy(() -> encrypt(cipher, 0, false, new byte[1]))
                .isInstanceOf(Check.BrokenInvariant.class);
    }

    @Test
    void anInlineObjectIsTheOnlyCellOfASegmentNamedAfterItsWrite() {
        try (CellCipher inline = CellCipher.inline(KEY, WRITE);
                CellCipher same = new CellCipher(KEY, WRITE, new SegmentId(WRITE.id()))) {
            byte[] stored = encrypt(inline, 0, true, new byte[] {1, 2});
            assertThat(decrypt(same, 0, true, stored)).containsExactly(1, 2);
        }
    }
}
