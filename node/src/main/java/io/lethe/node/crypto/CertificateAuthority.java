package io.lethe.node.crypto;

import io.lethe.node.base.RandomSource;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * A cluster's own authority: signs the certificates by which nodes know each other. Keys are on the
 * curve P-256, signatures ECDSA with SHA-256, certificates X.509 v3 (RFC 5280):
 *
 * <pre>
 * Certificate ::= SEQUENCE { TBSCertificate, ecdsa-with-SHA256, BIT STRING signature }
 * TBSCertificate ::= SEQUENCE {
 *   [0] version 2, INTEGER serial (127 random bits), ecdsa-with-SHA256, issuer,
 *   SEQUENCE { notBefore, notAfter }, subject (CN alone), SubjectPublicKeyInfo,
 *   [3] SEQUENCE OF SEQUENCE { OID, critical, OCTET STRING }
 * }
 * authority: basicConstraints CA, no CA below (critical); keyUsage keyCertSign, cRLSign (critical);
 *            subjectKeyIdentifier
 * holder:    basicConstraints (critical); keyUsage digitalSignature (critical); extKeyUsage
 *            serverAuth, clientAuth; subjectAltName with the holder's {@link CertificateRole};
 *            subject- and authorityKeyIdentifier
 * </pre>
 *
 * <p>Safe for any thread.
 */
public final class CertificateAuthority {
    /** Clocks of nodes that check a fresh certificate may be this far behind. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final int SERIAL_BYTES = 16;
    private static final int KEY_ID_BYTES = 20;
    private static final String CURVE = "secp256r1";
    private static final String SIGNATURE = "SHA256withECDSA";

    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_ALT_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    /** Bits from the left: digitalSignature is 0; keyCertSign and cRLSign are 5 and 6. */
    private static final byte[] MAY_SIGN_DATA = Der.bits(new byte[] {(byte) 0x80}, 7);

    private static final byte[] MAY_SIGN_CERTIFICATES = Der.bits(new byte[] {0x06}, 1);

    private static final int SAN_DNS = 2;
    private static final int SAN_URI = 6;
    private static final int SAN_ADDRESS = 7;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final RandomSource random;

    /**
     * @param certificate of an authority
     * @param key that belongs to it
     * @throws IllegalArgumentException when the two don't belong together, or the certificate is no
     *     authority's
     */
    public CertificateAuthority(X509Certificate certificate, PrivateKey key, RandomSource random) {
        this.certificate = certificate;
        this.key = key;
        this.random = random;
        byte[] probe = "probe".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature check = Signature.getInstance(SIGNATURE);
            check.initVerify(certificate.getPublicKey());
            check.update(probe);
            if (certificate.getBasicConstraints() < 0 || !check.verify(sign(key, probe))) {
                throw new IllegalArgumentException(
                        "the certificate is no authority's, or the key is not its key");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key is not the certificate's", e);
        }
    }

    /** A fresh key pair, for an authority or a node. */
    public static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks elliptic curve " + CURVE, e);
        }
    }

    /** A new authority, whose certificate is signed by itself. */
    public static CertificateAuthority create(
            String name, Instant now, Duration life, RandomSource random) {
        KeyPair keys = newKeys();
        byte[] subject = name(name);
        byte[] extensions =
                Der.sequence(
                        critical(
                                BASIC_CONSTRAINTS,
                                Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
                        critical(KEY_USAGE, MAY_SIGN_CERTIFICATES),
                        extension(SUBJECT_KEY_IDENTIFIER, Der.octets(keyId(keys.getPublic()))));
        byte[] body =
                body(subject, subject, period(now, life), keys.getPublic(), extensions, random);
        return new CertificateAuthority(signed(body, keys.getPrivate()), keys.getPrivate(), random);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** To be kept where only whoever adds nodes can read it. */
    public PrivateKey key() {
        return key;
    }

    /**
     * A certificate for both ends of a connection. It does not outlive the authority's.
     *
     * @param role what its holder may be
     * @param names host names, and addresses as {@link InetAddress#ofLiteral} reads them
     */
    public X509Certificate issue(
            CertificateRole role,
            List<String> names,
            PublicKey publicKey,
            Instant now,
            Duration life) {
        byte[] extensions =
                Der.sequence(
                        critical(BASIC_CONSTRAINTS, Der.sequence()),
                        critical(KEY_USAGE, MAY_SIGN_DATA),
                        extension(
                                EXTENDED_KEY_USAGE,
                                Der.sequence(Der.oid(SERVER_AUTH), Der.oid(CLIENT_AUTH))),
                        extension(SUBJECT_ALT_NAME, alternatives(role, names)),
                        extension(SUBJECT_KEY_IDENTIFIER, Der.octets(keyId(publicKey))),
                        extension(
                                AUTHORITY_KEY_IDENTIFIER,
                                Der.sequence(Der.implicit(0, keyId(certificate.getPublicKey())))));
        X500Principal issuer = certificate.getSubjectX500Principal();
        Duration left = Duration.between(now, certificate.getNotAfter().toInstant());
        byte[] period = period(now, life.compareTo(left) < 0 ? life : left);
        return signed(
                body(
                        issuer.getEncoded(),
                        name(names.getFirst()),
                        period,
                        publicKey,
                        extensions,
                        random),
                key);
    }

    private static byte[] alternatives(CertificateRole role, List<String> names) {
        List<byte[]> alternatives = new ArrayList<>();
        byte[] uri = role.uri(names.getFirst()).getBytes(StandardCharsets.US_ASCII);
        alternatives.add(Der.implicit(SAN_URI, uri));
        for (String name : names) {
            alternatives.add(alternative(name));
        }
        return Der.sequence(alternatives.toArray(byte[][]::new));
    }

    private static byte[] alternative(String name) {
        try {
            return Der.implicit(SAN_ADDRESS, InetAddress.ofLiteral(name).getAddress());
        } catch (IllegalArgumentException notAnAddress) {
            return Der.implicit(SAN_DNS, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static byte[] body(
            byte[] issuer,
            byte[] subject,
            byte[] period,
            PublicKey publicKey,
            byte[] extensions,
            RandomSource random) {
        byte[] serial = new byte[SERIAL_BYTES];
        random.fill(serial);
        serial[0] = (byte) (serial[0] & 0x7f);
        return Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(1, serial).max(BigInteger.ONE)),
                Der.sequence(Der.oid(ECDSA_WITH_SHA256)),
                issuer,
                period,
                subject,
                publicKey.getEncoded(),
                Der.explicit(3, extensions));
    }

    private static byte[] period(Instant now, Duration life) {
        return Der.sequence(Der.time(now.minus(BACKDATED)), Der.time(now.plus(life)));
    }

    private static byte[] name(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName))));
    }

    private static byte[] critical(String oid, byte[] value) {
        return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value));
    }

    private static byte[] extension(String oid, byte[] value) {
        return Der.sequence(Der.oid(oid), Der.octets(value));
    }

    /** RFC 7093, method 1: 160 bits of SHA-256 over the key. */
    private static byte[] keyId(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return Arrays.copyOf(digest, KEY_ID_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks SHA-256", e);
        }
    }

    private static byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(SIGNATURE);
        signature.initSign(key);
        signature.update(message);
        return signature.sign();
    }

    private static X509Certificate signed(byte[] body, PrivateKey key) {
        try {
            byte[] whole =
                    Der.sequence(
                            body,
                            Der.sequence(Der.oid(ECDSA_WITH_SHA256)),
                            Der.bits(sign(key, body), 0));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate can't be signed", e);
        }
    }
}
