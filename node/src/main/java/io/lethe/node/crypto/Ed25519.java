package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;

/**
 * Ed25519 signatures (RFC 8032) from the JDK, with keys as the bytes of the RFC. Signing needs no
 * randomness. No state; safe for any thread.
 */
public final class Ed25519 {
    /** Bytes of a public key, and of the seed that a private key is. */
    public static final int KEY_BYTES = 32;

    public static final int SIGNATURE_BYTES = 64;

    /** RFC 8410, section 10.1: what stands before the 32 bytes in a SubjectPublicKeyInfo. */
    private static final Bytes SPKI = Bytes.hex("302a300506032b6570032100");

    private Ed25519() {}

    /**
     * A key that is kept in memory.
     *
     * @param seed 32 random bytes, the private key of RFC 8032
     */
    public static MessageSigner signer(Bytes seed) {
        Check.range("seed bytes", seed.length(), KEY_BYTES, KEY_BYTES);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
            KeyPair pair = generator.generateKeyPair();
            byte[] encoded = pair.getPublic().getEncoded();
            Bytes publicKey = Bytes.wrap(encoded).slice(SPKI.length(), encoded.length);
            PrivateKey key =
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(
                                    new EdECPrivateKeySpec(
                                            NamedParameterSpec.ED25519, seed.toArray()));
            return new InMemory(publicKey, key);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no Ed25519", missing);
        }
    }

    /** Whether the key's owner signed the message; not, where the key is no key at all. */
    public static boolean verifies(Bytes publicKey, Bytes message, Bytes signature) {
        if (publicKey.length() != KEY_BYTES || signature.length() != SIGNATURE_BYTES) {
            return false;
        }
        try {
            PublicKey key =
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(SPKI.plus(publicKey).toArray()));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message.unsafeArray());
            return verifier.verify(signature.unsafeArray());
        } catch (InvalidKeySpecException | java.security.InvalidKeyException noPoint) {
            return false;
        } catch (java.security.SignatureException noSignature) {
            return false;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no Ed25519", missing);
        }
    }

    private record InMemory(Bytes publicKey, PrivateKey key) implements MessageSigner {
        @Override
        public Bytes sign(Bytes message) {
            try {
                Signature signer = Signature.getInstance("Ed25519");
                signer.initSign(key);
                signer.update(message.unsafeArray());
                return Bytes.wrap(signer.sign());
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("this Java has no Ed25519", missing);
            }
        }

        /** Without the key. */
        @Override
        public String toString() {
            return "Ed25519 " + publicKey;
        }
    }

    /**
     * The JDK computes a public key only when it makes a pair, and takes what it is given as random
     * bytes for the seed. The vectors of RFC 8032 in the tests hold it to that.
     */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient Bytes seed;

        Given(Bytes seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] target) {
            Check.that(target.length == KEY_BYTES, "a key is made of one seed");
            System.arraycopy(seed.unsafeArray(), 0, target, 0, KEY_BYTES);
        }
    }
}
