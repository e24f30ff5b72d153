package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;

/**
 * Stands in the log for something that must not be there: SHA-256 of a salt and the subject. Who
 * holds both shows that this is what was meant; nobody else learns anything, however few subjects
 * there may be. Once the salt is destroyed, nobody can.
 *
 * @param digest 32 bytes
 */
public record Commitment(Bytes digest) {
    public static final int BYTES = 32;

    /** As long as the digest, so that it can't be tried out. */
    public static final int SALT_BYTES = 32;

    public Commitment {
        Check.range("digest bytes", digest.length(), BYTES, BYTES);
    }

    /**
     * @param salt 32 random bytes, used for this subject only
     * @param subject what is meant, in UTF-8 or as bytes; the kind of leaf says which
     */
    public static Commitment of(Bytes salt, Bytes subject) {
        Check.range("salt bytes", salt.length(), SALT_BYTES, SALT_BYTES);
        return new Commitment(TreeHash.plain(salt, subject));
    }

    @Override
    public String toString() {
        return digest.hex();
    }
}
