package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Bytes sealed to the holder of an X25519 private key, by anybody who knows the public one: how
 * ticket keys travel through the directory to each node.
 *
 * <p>Format: format u8 = 1, ephemeral public key 32, AES-256-GCM ciphertext, tag 16. The key is
 * HKDF-SHA-256(X25519(ephemeral, recipient), salt = ephemeral public 32 ‖ recipient public 32, info
 * = "lethe sealed box" ‖ 0 ‖ purpose ‖ 0 ‖ id). It encrypts once, so the nonce is zero. The format
 * byte is the associated data. It says nothing about who sealed: authority comes from the log that
 * carries it.
 *
 * <p>No state; safe for any thread.
 */
public final class SealedBox {
    /** By how much a sealed value is longer. */
    public static final int OVERHEAD_BYTES = 1 + X25519.BYTES + 16;

    private static final int FORMAT = 1;
    private static final int BODY_AT = 1 + X25519.BYTES;
    private static final String PREFIX = "lethe sealed box";
    private static final byte[] NONCE = new byte[12];
    private static final byte[] ASSOCIATED = {FORMAT};

    private SealedBox() {}

    /**
     * @param recipient public key, 32 bytes
     * @throws IllegalArgumentException when that is no usable public key
     */
    public static Bytes seal(
            Bytes recipient, Purpose purpose, Bytes id, byte[] plaintext, RandomSource random) {
        KeyBytes ephemeral = KeyBytes.random(random);
        try {
            Bytes ephemeralPublic = X25519.publicKey(ephemeral);
            byte[] secret = X25519.agree(ephemeral, recipient);
            KeyBytes key = key(secret, ephemeralPublic, recipient, purpose.info(PREFIX, id));
            byte[] body =
                    Envelope.gcm(Cipher.ENCRYPT_MODE, key, NONCE, ASSOCIATED)
                            .doFinal(plaintext, 0, plaintext.length);
            key.destroy();
            return new Encoder(BODY_AT + body.length)
                    .u8(FORMAT)
                    .raw(ephemeralPublic)
                    .raw(body)
                    .toBytes();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException(
                    "the recipient's public key is no usable X25519 key", unusable);
        } finally {
            ephemeral.destroy();
        }
    }

    /**
     * @param recipient private key
     * @return the plaintext, which the caller wipes if it is a secret
     * @throws StoreException CORRUPT when {@code sealed} was not made by {@link #seal} for this
     *     key, purpose and id
     */
    public static byte[] open(KeyBytes recipient, Purpose purpose, Bytes id, Bytes sealed) {
        if (sealed.length() < OVERHEAD_BYTES || sealed.at(0) != FORMAT) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "a sealed "
                            + purpose.label()
                            + " is not of format 1; upgrade this node if newer ones run");
        }
        Bytes ephemeralPublic = sealed.slice(1, BODY_AT);
        try {
            byte[] secret = X25519.agree(recipient, ephemeralPublic);
            Bytes own = X25519.publicKey(recipient);
            KeyBytes key = key(secret, ephemeralPublic, own, purpose.info(PREFIX, id));
            byte[] array = sealed.unsafeArray();
            byte[] plaintext =
                    Envelope.gcm(Cipher.DECRYPT_MODE, key, NONCE, ASSOCIATED)
                            .doFinal(array, BODY_AT, array.length - BODY_AT);
            key.destroy();
            return plaintext;
        } catch (GeneralSecurityException refused) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "a sealed "
                            + purpose.label()
                            + " does not open: it is damaged, or sealed to another node",
                    refused);
        }
    }

    private static KeyBytes key(byte[] secret, Bytes ephemeral, Bytes recipient, byte[] info) {
        SecretKeySpec source = new SecretKeySpec(secret, "Generic");
        Arrays.fill(secret, (byte) 0);
        return Hkdf.key(source, ephemeral.plus(recipient).unsafeArray(), info);
    }
}
