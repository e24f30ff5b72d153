package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Base64Text;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.crypto.Ed25519;
import io.lethe.node.crypto.MessageSigner;
import java.util.HexFormat;

/**
 * A key that signs notes under a name. Where it is text, it is {@code PRIVATE+KEY+NAME+ID+BASE64}
 * as in Go's sumdb/note, with the seed behind the type. Immutable; safe for any thread.
 */
public record NoteSigner(String name, SignatureType type, MessageSigner key) {
    private static final String PRIVATE = "PRIVATE+KEY+";

    public NoteSigner {
        VerifierKey.checkName(name);
    }

    public VerifierKey verifierKey() {
        return new VerifierKey(name, type, key.publicKey());
    }

    /** Signs a note's text. */
    public NoteSignature sign(String text) {
        Check.that(type == SignatureType.ED25519, "a witness cosigns checkpoints only");
        return new NoteSignature(name, verifierKey().keyId(), key.sign(Bytes.utf8(text)));
    }

    /**
     * States that at this time the checkpoint is the largest that this witness saw of its log, and
     * continues all before it.
     *
     * @param seconds since 1970
     */
    public NoteSignature cosign(Checkpoint checkpoint, long seconds) {
        Check.that(type == SignatureType.COSIGNATURE, "a log's key does not cosign");
        Check.range("seconds", seconds, 0, Long.MAX_VALUE);
        Bytes signature = key.sign(VerifierKey.cosigned(checkpoint.text(), seconds));
        return new NoteSignature(
                name, verifierKey().keyId(), new Encoder().i64(seconds).raw(signature).toBytes());
    }

    /** The text of a key that is kept in a file. */
    public static String privateText(String name, SignatureType type, Bytes seed) {
        VerifierKey key = new NoteSigner(name, type, Ed25519.signer(seed)).verifierKey();
        return PRIVATE
                + name
                + '+'
                + HexFormat.of().toHexDigits(key.keyId())
                + '+'
                + Base64Text.of(VerifierKey.typed(type, seed));
    }

    public static NoteSigner parse(String privateText) throws MalformedNoteException {
        if (!privateText.startsWith(PRIVATE)) {
            throw new MalformedNoteException("a private key begins with " + PRIVATE);
        }
        VerifierKey.Parts parts = VerifierKey.Parts.of(privateText.substring(PRIVATE.length()));
        NoteSigner signer = new NoteSigner(parts.name(), parts.type(), Ed25519.signer(parts.key()));
        parts.checkId(signer.verifierKey().keyId());
        return signer;
    }
}
