package io.lethe.node.model;

import io.lethe.node.base.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A key by which the cluster signs: what it is for, and since which leaf of the transparency log.
 *
 * @param publicKey 32 bytes, Ed25519
 * @param node whose it is; null for the cluster's own
 * @param wrappedSeed the private key of the cluster's own, under the root key; empty for a node's,
 *     which never leaves the node
 * @param enrolledLeaf number of the leaf; -1: the log's own key, by which it is known
 * @param revokedLeaf number of the leaf that ended it; -1: it is good
 */
public record SignerRecord(
        Kind kind,
        Bytes publicKey,
        @Nullable NodeId node,
        Bytes wrappedSeed,
        long enrolledLeaf,
        long revokedLeaf) {
    /** In rows by its place: new ones come last. */
    public enum Kind {
        /** Signs the log's checkpoints. */
        LOG,
        /** Signs certificates of destruction. */
        CERTIFICATE,
        /** Signs a node's receipts. */
        NODE
    }

    public boolean revoked() {
        return revokedLeaf >= 0;
    }

    /** The same, from a leaf on. */
    public SignerRecord since(long leaf) {
        return new SignerRecord(kind, publicKey, node, wrappedSeed, leaf, revokedLeaf);
    }

    /** The same, ended by a leaf. */
    public SignerRecord until(long leaf) {
        return new SignerRecord(kind, publicKey, node, wrappedSeed, enrolledLeaf, leaf);
    }
}
