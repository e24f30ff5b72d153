package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/**
 * Diffie-Hellman on Curve25519 (RFC 7748) from the JDK, with keys as the 32 bytes (little-endian)
 * of the RFC. No state; safe for any thread.
 */
final class X25519 {
    static final int BYTES = 32;

    /** The u coordinate of the base point. */
    private static final BigInteger BASE = BigInteger.valueOf(9);

    private X25519() {}

    /** The public key of a private one, any 32 random bytes: scalar times base point. */
    static Bytes publicKey(KeyBytes privateKey) {
        try {
            return Bytes.wrap(multiply(privateKey, BASE));
        } catch (InvalidKeyException impossible) {
            throw new IllegalStateException("the base point is a point", impossible);
        }
    }

    /**
     * The shared secret.
     *
     * @throws InvalidKeyException when the public key is a point of small order, which would give a
     *     secret that everybody knows
     */
    static byte[] agree(KeyBytes privateKey, Bytes publicKey) throws InvalidKeyException {
        Check.range("public key bytes", publicKey.length(), BYTES, BYTES);
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[i] = publicKey.at(BYTES - 1 - i);
        }
        // RFC 7748, section 5: the top bit is ignored.
        bigEndian[0] &= 0x7f;
        return multiply(privateKey, new BigInteger(1, bigEndian));
    }

    private static byte[] multiply(KeyBytes scalar, BigInteger u) throws InvalidKeyException {
        try {
            KeyFactory factory = KeyFactory.getInstance("X25519");
            NamedParameterSpec curve = NamedParameterSpec.X25519;
            PrivateKey mine =
                    factory.generatePrivate(new XECPrivateKeySpec(curve, scalar.getEncoded()));
            PublicKey theirs = factory.generatePublic(new XECPublicKeySpec(curve, u));
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(mine);
            var _ = agreement.doPhase(theirs, true);
            return agreement.generateSecret();
        } catch (InvalidKeyException smallOrder) {
            throw smallOrder;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no X25519", missing);
        }
    }
}
