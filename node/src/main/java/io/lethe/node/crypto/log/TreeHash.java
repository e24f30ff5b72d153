package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Base64Text;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * A node of the log's tree (RFC 6962, section 2.1): SHA-256, with a first byte that keeps leaves
 * and inner nodes apart, so that no inner node can be shown as a leaf. Immutable; safe for any
 * thread.
 *
 * @param bytes 32 of them
 */
public record TreeHash(Bytes bytes) {
    public static final int BYTES = 32;

    /** The root of a tree without leaves: the hash of nothing. */
    public static final TreeHash EMPTY = new TreeHash(Bytes.wrap(sha256().digest()));

    private static final byte LEAF = 0;
    private static final byte INNER = 1;

    public TreeHash {
        Check.range("hash bytes", bytes.length(), BYTES, BYTES);
    }

    public static TreeHash ofLeaf(Bytes leaf) {
        MessageDigest digest = sha256();
        digest.update(LEAF);
        digest.update(leaf.unsafeArray());
        return new TreeHash(Bytes.wrap(digest.digest()));
    }

    public static TreeHash ofChildren(TreeHash left, TreeHash right) {
        MessageDigest digest = sha256();
        digest.update(INNER);
        digest.update(left.bytes.unsafeArray());
        digest.update(right.bytes.unsafeArray());
        return new TreeHash(Bytes.wrap(digest.digest()));
    }

    /** Empty where the text is not the base64 of 32 bytes. */
    public static Optional<TreeHash> parse(String base64) {
        return Base64Text.decode(base64)
                .filter(bytes -> bytes.length() == BYTES)
                .map(TreeHash::new);
    }

    public String base64() {
        return Base64Text.of(bytes);
    }

    /** A plain SHA-256 of this package. */
    static Bytes plain(Bytes... parts) {
        MessageDigest digest = sha256();
        for (Bytes part : parts) {
            digest.update(part.unsafeArray());
        }
        return Bytes.wrap(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java has no SHA-256", missing);
        }
    }

    @Override
    public String toString() {
        return bytes.hex();
    }
}
