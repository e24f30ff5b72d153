package io.lethe.node.crypto;

import io.lethe.node.base.config.ConfigException;
import io.lethe.node.base.file.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Certificates and private keys as PEM files (RFC 7468): a certificate, readable by all, or a
 * PKCS#8 key without a password, readable by its owner only. Files are synced and never seen half.
 */
public final class PemFiles {
    private static final int LINE_CHARACTERS = 64;
    private static final int MOST_BYTES = 64 * 1024;
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final Set<PosixFilePermission> FOR_ALL =
            PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> FOR_OWNER =
            PosixFilePermissions.fromString("rw-------");

    private PemFiles() {}

    /**
     * Writes a new file, for its owner only.
     *
     * @throws ConfigException when there is one, or it can't be written
     */
    public static void create(Path path, PrivateKey key) {
        if (Files.exists(path)) {
            throw new ConfigException(
                    path + " exists and is not overwritten, since its key may be in use");
        }
        write(path, PRIVATE_KEY, key.getEncoded(), FOR_OWNER);
    }

    /**
     * Writes a certificate, in place of what was there.
     *
     * @throws ConfigException when it can't be written
     */
    public static void replace(Path path, X509Certificate certificate) {
        try {
            write(path, CERTIFICATE, certificate.getEncoded(), FOR_ALL);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate has no encoding", e);
        }
    }

    private static void write(Path path, String type, byte[] der, Set<PosixFilePermission> mode) {
        String body = Base64.getMimeEncoder(LINE_CHARACTERS, new byte[] {'\n'}).encodeToString(der);
        String text = "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
        try {
            DurableFiles.replaceGuarded(path, text.getBytes(StandardCharsets.US_ASCII), mode);
        } catch (IOException failed) {
            throw new ConfigException(path + " can't be written: " + failed, failed);
        }
    }

    /**
     * The first certificate in a file.
     *
     * @throws ConfigException when it can't be read or is none
     */
    public static X509Certificate certificate(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException failed) {
            throw new ConfigException("the certificate can't be read: " + failed, failed);
        } catch (GeneralSecurityException wrong) {
            throw new ConfigException(
                    path + " holds no certificate in PEM: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * All certificates in a file, in its order; at least one.
     *
     * @throws ConfigException when it can't be read or holds none
     */
    public static List<X509Certificate> chain(Path path) {
        List<X509Certificate> chain = new ArrayList<>();
        try (InputStream in = Files.newInputStream(path)) {
            for (Certificate one :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                chain.add((X509Certificate) one);
            }
        } catch (IOException failed) {
            throw new ConfigException("the certificate can't be read: " + failed, failed);
        } catch (GeneralSecurityException wrong) {
            throw new ConfigException(
                    path + " holds something else than certificates: " + wrong.getMessage(), wrong);
        }
        if (chain.isEmpty()) {
            throw new ConfigException(path + " holds no certificate in PEM");
        }
        return chain;
    }

    /**
     * The private key of a certificate, of whatever kind; {@link #checkPair} tells whether it is
     * its key.
     *
     * @throws ConfigException when it can't be read or is of another kind
     */
    public static PrivateKey keyOf(X509Certificate certificate, Path path) {
        return key(path, certificate.getPublicKey().getAlgorithm());
    }

    /**
     * Checks that a key is the certificate's, of whatever kind: a TLS library may find out only
     * when somebody connects.
     *
     * @throws ConfigException when it is not, or one of them can't be read
     */
    public static void checkPair(Path certificate, Path key) {
        PublicKey publicKey = certificate(certificate).getPublicKey();
        String algorithm = publicKey.getAlgorithm();
        String signing =
                switch (algorithm) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> algorithm;
                };
        try {
            byte[] probe = certificate.toString().getBytes(StandardCharsets.UTF_8);
            Signature signature = Signature.getInstance(signing);
            signature.initSign(key(key, algorithm));
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            if (!signature.verify(signed)) {
                throw new ConfigException(
                        key + " is not the key of the certificate " + certificate);
            }
        } catch (GeneralSecurityException e) {
            throw new ConfigException(
                    key + " can't be the key of the certificate " + certificate + ": " + e, e);
        }
    }

    /**
     * A private key on an elliptic curve.
     *
     * @throws ConfigException when it can't be read or is none
     */
    public static PrivateKey key(Path path) {
        return key(path, "EC");
    }

    private static PrivateKey key(Path path, String algorithm) {
        try (InputStream in = Files.newInputStream(path)) {
            String text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
            String body =
                    text.replace("-----BEGIN " + PRIVATE_KEY + "-----", "")
                            .replace("-----END " + PRIVATE_KEY + "-----", "")
                            .replaceAll("\\s", "");
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
        } catch (IOException failed) {
            throw new ConfigException("the key can't be read: " + failed, failed);
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            throw new ConfigException(
                    path + " holds no " + algorithm + " key as PKCS#8 in PEM, without a password",
                    wrong);
        }
    }
}
