package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Base64Text;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.crypto.Ed25519;
import java.util.HexFormat;

/**
 * A public key by which notes are verified, as C2SP signed-note writes it: {@code NAME+ID+BASE64},
 * where the id is eight hex digits and the bytes are the type of signature and the key. Immutable;
 * safe for any thread.
 *
 * @param publicKey 32 bytes
 */
public record VerifierKey(String name, SignatureType type, Bytes publicKey) {
    private static final int ID_DIGITS = 8;

    /** Names are URLs without a scheme; 255 is what a cosigned message could hold of one. */
    private static final int MOST_NAME_CHARACTERS = 255;

    /** C2SP tlog-cosignature: how long a signature behind its time is. */
    private static final int TIME_BYTES = 8;

    public VerifierKey {
        checkName(name);
        Check.range("public key bytes", publicKey.length(), Ed25519.KEY_BYTES, Ed25519.KEY_BYTES);
    }

    /** SHA-256 of name, newline, type and key: its first four bytes. */
    public int keyId() {
        return id(TreeHash.plain(Bytes.utf8(name + '\n'), typed(type, publicKey)));
    }

    /** What is given to those who verify. */
    public String text() {
        return name
                + '+'
                + HexFormat.of().toHexDigits(keyId())
                + '+'
                + Base64Text.of(typed(type, publicKey));
    }

    public static VerifierKey parse(String text) throws MalformedNoteException {
        Parts parts = Parts.of(text);
        VerifierKey key = new VerifierKey(parts.name, parts.type, parts.key);
        parts.checkId(key.keyId());
        return key;
    }

    /**
     * Whether this key signed the text; a cosignature's message is made of the text and its time.
     */
    public boolean verifies(String text, Bytes signature) {
        return switch (type) {
            case ED25519 -> Ed25519.verifies(publicKey, Bytes.utf8(text), signature);
            case COSIGNATURE -> {
                if (signature.length() != TIME_BYTES + Ed25519.SIGNATURE_BYTES) {
                    yield false;
                }
                long seconds = new Decoder(signature).i64();
                yield seconds >= 0
                        && Ed25519.verifies(
                                publicKey,
                                cosigned(text, seconds),
                                signature.slice(TIME_BYTES, signature.length()));
            }
        };
    }

    /** What a witness signs (C2SP tlog-cosignature, "Ed25519 signed message"). */
    static Bytes cosigned(String text, long seconds) {
        return Bytes.utf8("cosignature/v1\ntime " + seconds + "\n" + text);
    }

    static Bytes typed(SignatureType type, Bytes key) {
        return new Encoder(1 + key.length()).u8(type.number()).raw(key).toBytes();
    }

    static int id(Bytes bytes) {
        return new Decoder(bytes).i32();
    }

    static void checkName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "a key's name has 1 to "
                            + MOST_NAME_CHARACTERS
                            + " characters, no space and no '+'; this is '"
                            + name
                            + "'");
        }
    }

    static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= MOST_NAME_CHARACTERS
                && name.codePoints().noneMatch(VerifierKey::isForbidden);
    }

    /**
     * Unicode's spaces are what either of Java's two notions says, and the C1 next line. Half a
     * pair has no UTF-8.
     */
    private static boolean isForbidden(int c) {
        return c == '+'
                || c < ' '
                || c == '\u0085'
                || Character.isSpaceChar(c)
                || Character.isWhitespace(c)
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** Verifier keys and private keys are written alike. */
    record Parts(String name, String id, SignatureType type, Bytes key) {
        static Parts of(String text) throws MalformedNoteException {
            int first = text.indexOf('+');
            int second = text.indexOf('+', first + 1);
            if (first < 0 || second < 0) {
                throw new MalformedNoteException("a key is not NAME+ID+BASE64");
            }
            String name = text.substring(0, first);
            if (!isName(name)) {
                throw new MalformedNoteException("a key's name has a space, or no character");
            }
            Bytes bytes =
                    Base64Text.decode(text.substring(second + 1))
                            .orElseThrow(() -> new MalformedNoteException("a key is not base64"));
            if (bytes.isEmpty()) {
                throw new MalformedNoteException("a key is empty");
            }
            int number = bytes.at(0) & 0xff;
            SignatureType type =
                    SignatureType.of(number)
                            .orElseThrow(
                                    () ->
                                            new MalformedNoteException(
                                                    "a key is of type "
                                                            + number
                                                            + ", and only 1 (Ed25519) and 4"
                                                            + " (Ed25519 cosignatures) are known"));
            if (bytes.length() != 1 + Ed25519.KEY_BYTES) {
                throw new MalformedNoteException("a key has " + bytes.length() + " bytes");
            }
            return new Parts(
                    name, text.substring(first + 1, second), type, bytes.slice(1, bytes.length()));
        }

        void checkId(int keyId) throws MalformedNoteException {
            if (id.length() != ID_DIGITS || !id.equals(HexFormat.of().toHexDigits(keyId))) {
                throw new MalformedNoteException("a key's id is not that of its name and key");
            }
        }
    }
}
