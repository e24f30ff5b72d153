package io.lethe.node.chunk.wire;

import java.nio.file.Path;

/**
 * Mutual TLS: what this node shows and whom it trusts. All files are PEM.
 *
 * @param certificateChain this node's certificate first, for server and client use
 * @param privateKey its key, PKCS#8, not encrypted
 * @param authorities certificates of the authorities that sign the nodes'
 * @param checkHostNames whether a server's certificate must name the address that was dialled; only
 *     safe to leave off when the authorities sign for nothing but this cluster
 */
public record TlsSettings(
        Path certificateChain, Path privateKey, Path authorities, boolean checkHostNames) {}
