package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * Keys of 32 bytes wrapped by other keys of 32 bytes.
 *
 * <p>Format, 41 bytes: format u8 = 1, then 40 bytes of AES key wrap (RFC 3394, default initial
 * value) under HKDF-SHA-256(wrapping key, info = "lethe wrap" ‖ 0 ‖ purpose ‖ 0 ‖ id).
 *
 * <p>Why RFC 3394 and not AES-GCM: a slot of a key file has 48 bytes for it, and GCM would need 60
 * (32, a nonce of 12, a tag of 16) plus the format; key wrap needs no nonce, so there is none to be
 * repeated, which a purge's re-wrapping of many keys at once would tempt. It is deterministic,
 * which does no harm, since keys are random and never equal. It takes no associated data; so
 * purpose and owner are bound by deriving the wrapping key from them. Its integrity value of 64
 * bits is checked when unwrapping.
 *
 * <p>No state; safe for any thread.
 */
public final class KeyWrap {
    /** Format, key, and 8 bytes of integrity value. */
    public static final int WRAPPED_BYTES = 1 + KeyBytes.BYTES + 8;

    private static final int FORMAT = 1;
    private static final String PREFIX = "lethe wrap";
    private static final byte[] NO_SALT = {};

    private KeyWrap() {}

    /**
     * @param id whose key it is, as {@link Purpose} says
     * @return {@link #WRAPPED_BYTES} bytes
     */
    public static Bytes wrap(KeyBytes wrapping, Purpose purpose, Bytes id, KeyBytes key) {
        KeyBytes derived = Hkdf.key(wrapping, NO_SALT, purpose.info(PREFIX, id));
        try {
            Cipher cipher = cipher();
            cipher.init(Cipher.WRAP_MODE, derived);
            byte[] wrapped = cipher.wrap(key);
            return new Encoder(WRAPPED_BYTES).u8(FORMAT).raw(wrapped).toBytes();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES key wrap of 32 bytes cannot fail", impossible);
        } finally {
            derived.destroy();
        }
    }

    public static Bytes wrap(KeyBytes wrapping, Purpose purpose, Id128 id, KeyBytes key) {
        return wrap(wrapping, purpose, bytesOf(id), key);
    }

    /**
     * @throws StoreException CORRUPT when {@code wrapped} was not made by {@link #wrap} with the
     *     same key, purpose and id
     */
    public static KeyBytes unwrap(KeyBytes wrapping, Purpose purpose, Bytes id, Bytes wrapped) {
        if (wrapped.length() != WRAPPED_BYTES || wrapped.at(0) != FORMAT) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "a wrapped "
                            + purpose.label()
                            + " is not of format 1; upgrade this node if newer ones run");
        }
        KeyBytes derived = Hkdf.key(wrapping, NO_SALT, purpose.info(PREFIX, id));
        try {
            Cipher cipher = cipher();
            cipher.init(Cipher.UNWRAP_MODE, derived);
            byte[] body = Arrays.copyOfRange(wrapped.unsafeArray(), 1, WRAPPED_BYTES);
            return copyAndWipe(cipher.unwrap(body, "AES", Cipher.SECRET_KEY).getEncoded());
        } catch (GeneralSecurityException refused) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "a "
                            + purpose.label()
                            + " does not unwrap: it is damaged, or the key above it is another",
                    refused);
        } finally {
            derived.destroy();
        }
    }

    public static KeyBytes unwrap(KeyBytes wrapping, Purpose purpose, Id128 id, Bytes wrapped) {
        return unwrap(wrapping, purpose, bytesOf(id), wrapped);
    }

    static Bytes bytesOf(Id128 id) {
        Encoder out = new Encoder(Id128.BYTES);
        id.encode(out);
        return out.toBytes();
    }

    private static KeyBytes copyAndWipe(byte[] key) {
        KeyBytes copy = KeyBytes.copyOf(key);
        Arrays.fill(key, (byte) 0);
        return copy;
    }

    private static Cipher cipher() throws GeneralSecurityException {
        return Cipher.getInstance("AES/KW/NoPadding");
    }
}
