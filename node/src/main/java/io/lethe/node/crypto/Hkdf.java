package io.lethe.node.crypto;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * HKDF with HMAC-SHA-256 (RFC 5869), extract and expand, from the JDK. Source keys here are
 * uniformly random or a Diffie-Hellman secret; the salt is empty unless given. No state; safe for
 * any thread.
 */
final class Hkdf {
    private Hkdf() {}

    /** A key of 32 bytes. */
    static KeyBytes key(SecretKey source, byte[] salt, byte[] info) {
        return KeyBytes.wrap(derive(source, salt, info, KeyBytes.BYTES));
    }

    static byte[] derive(SecretKey source, byte[] salt, byte[] info, int lengthBytes) {
        AlgorithmParameterSpec how =
                HKDFParameterSpec.ofExtract()
                        .addIKM(source)
                        .addSalt(salt)
                        .thenExpand(info, lengthBytes);
        try {
            return KDF.getInstance("HKDF-SHA256").deriveData(how);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(
                    "this Java has no HKDF-SHA256; run Lethe on JDK 25 with its own providers",
                    missing);
        }
    }
}
