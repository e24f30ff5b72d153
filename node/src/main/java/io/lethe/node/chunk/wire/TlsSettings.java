package io.lethe.node.chunk.wire;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;

/**
 * Mutual TLS: what this node shows and whom it trusts. All files are PEM.
 *
 * @param certificateChain this node's certificate first, for server and client use
 * @param privateKey its key, PKCS#8, not encrypted
 * @param authorities certificates of the authorities that sign the nodes'
 * @param checkHostNames whether a server's certificate must name the address that was dialled; only
 *     safe to leave off when the authorities sign for nothing but this cluster
 * @param peers whose certificates, of those that the authorities signed, are accepted
 */
public record TlsSettings(
        Path certificateChain,
        Path privateKey,
        Path authorities,
        boolean checkHostNames,
        Predicate<X509Certificate> peers) {}
