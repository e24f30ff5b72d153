package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;

/**
 * A private Ed25519 key, wherever it is kept: here, or with a provider of root keys. Safe for any
 * thread.
 */
public interface MessageSigner {
    /** 32 bytes, as RFC 8032 encodes a public key. */
    Bytes publicKey();

    /** The signature of the message, 64 bytes. */
    Bytes sign(Bytes message);
}
