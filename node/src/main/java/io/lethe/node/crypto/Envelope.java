package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Small values (secrets, user metadata) sealed under a key that seals many of them.
 *
 * <p>Format: format u8 = 1, nonce 12 (random), AES-256-GCM ciphertext, tag 16. The key is
 * HKDF-SHA-256(sealing key, info = "lethe envelope" ‖ 0 ‖ purpose ‖ 0 ‖ id): one per value's owner,
 * so that random nonces of 96 bits never come near repeating. The format byte is the associated
 * data.
 *
 * <p>No state; safe for any thread.
 */
public final class Envelope {
    /** By how much a sealed value is longer. */
    public static final int OVERHEAD_BYTES = 1 + 12 + 16;

    private static final int FORMAT = 1;
    private static final int NONCE_AT = 1;
    private static final int NONCE_BYTES = 12;
    private static final int BODY_AT = NONCE_AT + NONCE_BYTES;
    private static final int TAG_BITS = 128;
    private static final String PREFIX = "lethe envelope";
    private static final byte[] NO_SALT = {};
    private static final byte[] ASSOCIATED = {FORMAT};

    private Envelope() {}

    /**
     * @param id whose value it is, as {@link Purpose} says
     */
    public static Bytes seal(
            KeyBytes sealing, Purpose purpose, Bytes id, byte[] plaintext, RandomSource random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.fill(nonce);
        KeyBytes key = Hkdf.key(sealing, NO_SALT, purpose.info(PREFIX, id));
        try {
            byte[] body =
                    gcm(Cipher.ENCRYPT_MODE, key, nonce, ASSOCIATED)
                            .doFinal(plaintext, 0, plaintext.length);
            return new Encoder(BODY_AT + body.length).u8(FORMAT).raw(nonce).raw(body).toBytes();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM refused to encrypt", impossible);
        } finally {
            key.destroy();
        }
    }

    /**
     * @return the plaintext, which the caller wipes if it is a secret
     * @throws StoreException CORRUPT when {@code sealed} was not made by {@link #seal} with the
     *     same key, purpose and id
     */
    public static byte[] open(KeyBytes sealing, Purpose purpose, Bytes id, Bytes sealed) {
        if (sealed.length() < OVERHEAD_BYTES || sealed.at(0) != FORMAT) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "a sealed "
                            + purpose.label()
                            + " is not of format 1; upgrade this node if newer ones run");
        }
        byte[] array = sealed.unsafeArray();
        byte[] nonce = sealed.slice(NONCE_AT, BODY_AT).unsafeArray();
        KeyBytes key = Hkdf.key(sealing, NO_SALT, purpose.info(PREFIX, id));
        try {
            return gcm(Cipher.DECRYPT_MODE, key, nonce, ASSOCIATED)
                    .doFinal(array, BODY_AT, array.length - BODY_AT);
        } catch (GeneralSecurityException refused) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "a sealed "
                            + purpose.label()
                            + " does not open: it is damaged, or the key above it is another",
                    refused);
        } finally {
            key.destroy();
        }
    }

    static Cipher gcm(int mode, KeyBytes key, byte[] nonce, byte[] associated)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associated);
        return cipher;
    }
}
