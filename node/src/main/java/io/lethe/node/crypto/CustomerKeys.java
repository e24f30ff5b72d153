package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.WriteId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/**
 * Keys that customers bring with each request (SSE-C), and which are never stored. A body is
 * encrypted under one <i>before</i> it is cut into cells, which are encrypted under the data key as
 * always: so whoever repairs, moves or checks chunks needs no customer's key, and a data key alone
 * opens nothing.
 *
 * <ul>
 *   <li>Key: HKDF-SHA-256(data key, salt = customer's key, info = "lethe customer body" ‖ write id
 *       16), 32 bytes; the write is the version's, or the part's: one for each body, so that no key
 *       stream is used twice.
 *   <li>AES-256-CTR from counter 0 at the body's first byte. It has no tag of its own: that bytes
 *       are whole is what the cells' tags say.
 *   <li>Verifier: format u8 = 1 ‖ salt 16 (random) ‖ HKDF-SHA-256(customer's key, salt, info =
 *       "lethe customer verifier") 32. It is kept under the data key.
 * </ul>
 *
 * <p>No state; safe for any thread.
 */
public final class CustomerKeys {
    /** Of a verifier. */
    public static final int VERIFIER_BYTES = 1 + 16 + 32;

    private static final int FORMAT = 1;
    private static final int SALT_BYTES = 16;
    private static final int BLOCK_BYTES = 16;
    private static final byte[] BODY = label("lethe customer body");
    private static final byte[] VERIFIER = label("lethe customer verifier");
    private static final byte[] ETAG = label("lethe customer etag");

    private CustomerKeys() {}

    private static byte[] label(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What tells this key again, and no more. */
    public static Bytes verifier(KeyBytes customer, RandomSource random) {
        byte[] salt = new byte[SALT_BYTES];
        random.fill(salt);
        return new Encoder(VERIFIER_BYTES)
                .u8(FORMAT)
                .raw(salt)
                .raw(Hkdf.derive(customer, salt, VERIFIER, KeyBytes.BYTES))
                .toBytes();
    }

    /**
     * Whether it is the key that the verifier was made of; takes as long either way.
     *
     * @throws Decoder.CorruptEncoding when it is no verifier
     */
    public static boolean matches(KeyBytes customer, Bytes verifier) {
        Decoder in = new Decoder(verifier);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a verifier of an unknown format");
        }
        byte[] salt = in.raw(SALT_BYTES);
        byte[] kept = in.raw(KeyBytes.BYTES);
        in.end();
        return MessageDigest.isEqual(kept, Hkdf.derive(customer, salt, VERIFIER, KeyBytes.BYTES));
    }

    /** An ETag of 32 hex digits that does not tell the plaintext's MD5. */
    public static String etag(KeyBytes dataKey, Bytes md5) {
        return Bytes.wrap(Hkdf.derive(dataKey, md5.toArray(), ETAG, BLOCK_BYTES)).hex();
    }

    /** The key stream of one body. One thread. */
    public static final class Stream {
        private final Cipher cipher;

        /**
         * @param write of the version, or of the part
         * @param offsetBytes where in the body the stream begins
         */
        public Stream(KeyBytes dataKey, KeyBytes customer, WriteId write, long offsetBytes) {
            Encoder info = new Encoder(64).raw(BODY);
            write.id().encode(info);
            byte[] salt = customer.getEncoded();
            KeyBytes key = Hkdf.key(dataKey, salt, info.toArray());
            java.util.Arrays.fill(salt, (byte) 0);
            byte[] counter =
                    new Encoder(BLOCK_BYTES).i64(0).i64(offsetBytes / BLOCK_BYTES).toArray();
            try {
                cipher = Cipher.getInstance("AES/CTR/NoPadding");
                cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("this Java has no AES-CTR", missing);
            } finally {
                key.destroy();
            }
            byte[] skipped = new byte[(int) (offsetBytes % BLOCK_BYTES)];
            apply(skipped, 0, skipped.length);
        }

        /** Encrypts, or decrypts, the next bytes where they are. */
        public void apply(byte[] bytes, int offset, int lengthBytes) {
            if (lengthBytes == 0) {
                return;
            }
            try {
                int done = cipher.update(bytes, offset, lengthBytes, bytes, offset);
                if (done != lengthBytes) {
                    throw new IllegalStateException("AES-CTR kept bytes back");
                }
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("AES-CTR refused to go on", impossible);
            }
        }
    }
}
