package io.lethe.client;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How connections are protected.
 *
 * @param authorities PEM file of trusted certificates; empty: the platform's
 * @param certificate PEM file of the client's own chain, for mutual TLS
 * @param privateKey PEM file (PKCS#8) that belongs to {@code certificate}
 */
public record Tls(
        Optional<Path> authorities, Optional<Path> certificate, Optional<Path> privateKey) {
    public Tls {
        if (certificate.isPresent() != privateKey.isPresent()) {
            throw new IllegalArgumentException(
                    "a TLS certificate and its private key must be given together");
        }
    }

    /** Trusts the platform's authorities. */
    public static Tls platform() {
        return new Tls(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Trusts the authorities in this PEM file, and no others. */
    public static Tls trusting(Path authorities) {
        return new Tls(Optional.of(authorities), Optional.empty(), Optional.empty());
    }

    /** Shows this certificate to servers that ask for one. */
    public Tls withCertificate(Path certificateFile, Path privateKeyFile) {
        return new Tls(authorities, Optional.of(certificateFile), Optional.of(privateKeyFile));
    }
}
