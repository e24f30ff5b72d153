package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Text signed by one or more keys (C2SP signed-note): the text, which ends in a newline, an empty
 * line, and a line for each signature. What is parsed and written again is the same bytes.
 * Immutable; safe for any thread.
 */
public record SignedNote(String text, List<NoteSignature> signatures) {
    /** 16 signatures of 5 kB must be taken; this is twice that. */
    static final int MOST_BYTES = 256 * 1024;

    /** Readers must take 16, and may set a limit. */
    static final int MOST_SIGNATURES = 64;

    public SignedNote {
        signatures = List.copyOf(signatures);
        if (!isText(text)) {
            throw new IllegalArgumentException(
                    "a note's text ends in a newline and has no other control characters");
        }
        Check.range("signatures", signatures.size(), 1, MOST_SIGNATURES);
    }

    /** Who signed, of the keys that the reader knows. */
    public sealed interface Verdict {
        /** At least one known key signed, and none of them wrongly. */
        record Signed(List<Signer> by) implements Verdict {
            public Signed {
                by = List.copyOf(by);
            }
        }

        /** The text must be ignored. */
        record Refused(String why) implements Verdict {}
    }

    /**
     * @param cosignedAtSeconds since 1970; of witnesses only
     */
    public record Signer(VerifierKey key, OptionalLong cosignedAtSeconds) {}

    /**
     * @throws MalformedNoteException when the bytes are no signed note
     */
    public static SignedNote parse(Bytes bytes) throws MalformedNoteException {
        if (bytes.length() > MOST_BYTES) {
            throw new MalformedNoteException(
                    "a note has at most " + MOST_BYTES + " bytes, and this has " + bytes.length());
        }
        String note = decode(bytes);
        int empty = note.lastIndexOf("\n\n");
        if (empty < 0 || !note.endsWith("\n")) {
            throw new MalformedNoteException("a note has an empty line before its signatures");
        }
        String text = note.substring(0, empty + 1);
        if (!isText(text)) {
            throw new MalformedNoteException("a note's text has control characters");
        }
        String[] lines = note.substring(empty + 2).split("\n", -1);
        // Behind the last newline is nothing.
        int count = lines.length - 1;
        if (count < 1 || count > MOST_SIGNATURES) {
            throw new MalformedNoteException(
                    "a note has 1 to " + MOST_SIGNATURES + " signatures, and this has " + count);
        }
        List<NoteSignature> signatures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            signatures.add(NoteSignature.parse(lines[i]));
        }
        return new SignedNote(text, signatures);
    }

    private static String decode(Bytes bytes) throws MalformedNoteException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.unsafeArray()))
                    .toString();
        } catch (CharacterCodingException broken) {
            throw new MalformedNoteException("a note is not UTF-8");
        }
    }

    /** Lines of whole characters; half a surrogate pair would have no bytes. */
    private static boolean isText(String text) {
        return text.endsWith("\n")
                && text.codePoints()
                        .allMatch(
                                c ->
                                        c == '\n'
                                                || (c >= ' '
                                                        && (c < Character.MIN_SURROGATE
                                                                || c > Character.MAX_SURROGATE)));
    }

    public Bytes bytes() {
        StringBuilder out = new StringBuilder(text).append('\n');
        signatures.forEach(signature -> out.append(signature.line()).append('\n'));
        return Bytes.utf8(out.toString());
    }

    /** The same note with one more signature, or another one of the same key. */
    public SignedNote with(NoteSignature more) {
        List<NoteSignature> kept = new ArrayList<>(signatures);
        kept.removeIf(had -> had.name().equals(more.name()) && had.keyId() == more.keyId());
        kept.add(more);
        return new SignedNote(text, kept);
    }

    /**
     * Verifies the signatures of known keys and ignores all others. One that is wrong makes the
     * note worthless: somebody altered it.
     */
    public Verdict verify(List<VerifierKey> known) {
        Map<VerifierKey, Signer> by = new LinkedHashMap<>();
        for (NoteSignature signature : signatures) {
            for (VerifierKey key : known) {
                if (!key.name().equals(signature.name()) || key.keyId() != signature.keyId()) {
                    continue;
                }
                if (!key.verifies(text, signature.signature())) {
                    return new Verdict.Refused("the signature of " + key.name() + " is wrong");
                }
                by.putIfAbsent(key, new Signer(key, time(key, signature)));
            }
        }
        return by.isEmpty()
                ? new Verdict.Refused("no key that is known signed it")
                : new Verdict.Signed(List.copyOf(by.values()));
    }

    private static OptionalLong time(VerifierKey key, NoteSignature signature) {
        return key.type() == SignatureType.COSIGNATURE
                ? OptionalLong.of(new Decoder(signature.signature()).i64())
                : OptionalLong.empty();
    }
}
