package io.lethe.node.crypto.log;

import java.util.Optional;

/** What a note's key signs, and how (C2SP signed-note, "Signature types"). Others are ignored. */
public enum SignatureType {
    /** Ed25519 over the note's text. */
    ED25519(0x01),

    /** A witness's timestamped Ed25519 cosignature of a checkpoint (C2SP tlog-cosignature). */
    COSIGNATURE(0x04);

    private final int number;

    SignatureType(int number) {
        this.number = number;
    }

    /** The byte in front of the public key. */
    int number() {
        return number;
    }

    static Optional<SignatureType> of(int number) {
        for (SignatureType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
