package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Base64Text;
import io.lethe.node.base.codec.Encoder;

/**
 * One signature line of a note: {@code — NAME BASE64}, where the bytes are the key's id and the
 * signature. Immutable.
 *
 * @param keyId names, together with the name, the key and how it signs
 */
public record NoteSignature(String name, int keyId, Bytes signature) {
    static final String DASH = "\u2014 ";

    static final int ID_BYTES = 4;

    public NoteSignature {
        VerifierKey.checkName(name);
        Check.range("signature bytes", signature.length(), 1, SignedNote.MOST_BYTES);
    }

    /** Without the newline. */
    String line() {
        return DASH + name + ' ' + Base64Text.of(new Encoder().i32(keyId).raw(signature).toBytes());
    }

    static NoteSignature parse(String line) throws MalformedNoteException {
        int space = line.lastIndexOf(' ');
        if (!line.startsWith(DASH) || space < DASH.length()) {
            throw new MalformedNoteException("a signature's line is not '— NAME BASE64'");
        }
        String name = line.substring(DASH.length(), space);
        if (!VerifierKey.isName(name)) {
            throw new MalformedNoteException("a signature's name can't be a key's");
        }
        Bytes bytes =
                Base64Text.decode(line.substring(space + 1))
                        .orElseThrow(() -> new MalformedNoteException("a signature is not base64"));
        if (bytes.length() <= ID_BYTES) {
            throw new MalformedNoteException("a signature has " + bytes.length() + " bytes");
        }
        return new NoteSignature(
                name, VerifierKey.id(bytes), bytes.slice(ID_BYTES, bytes.length()));
    }
}
