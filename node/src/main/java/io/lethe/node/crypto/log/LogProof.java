package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Base64Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that shows offline that something is in the log (C2SP tlog-proof): which leaf it is, the
 * hashes up to the root, and a signed checkpoint with that root. Immutable.
 *
 * <pre>
 * c2sp.org/tlog-proof@v1
 * extra BASE64          left out where there is none; nobody vouches for it
 * index NUMBER
 * BASE64                a hash, from the leaf's sibling up
 * ...
 *                       an empty line
 * ...                   the signed checkpoint as it is
 * </pre>
 *
 * @param extra here the leaf itself, of which the hash is made
 */
public record LogProof(
        Optional<Bytes> extra, long index, List<TreeHash> hashes, SignedNote checkpoint) {
    private static final String HEADER = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";

    /** A leaf fits, which has at most as many as a bundle can hold. */
    static final int MOST_EXTRA_BYTES = 0xffff;

    /** Up to a tree of 2^62 leaves. */
    static final int MOST_HASHES = Subtree.MOST_LEVEL;

    /** The note, the extra in base64, and the lines of the hashes. */
    static final int MOST_BYTES = SignedNote.MOST_BYTES + 2 * MOST_EXTRA_BYTES;

    public LogProof {
        hashes = List.copyOf(hashes);
        Check.range("index", index, 0, Subtree.MOST_LEAVES);
        Check.range("hashes", hashes.size(), 0, MOST_HASHES);
        extra.ifPresent(bytes -> Check.range("extra", bytes.length(), 0, MOST_EXTRA_BYTES));
    }

    public Bytes bytes() {
        StringBuilder out = new StringBuilder(HEADER).append('\n');
        extra.ifPresent(bytes -> out.append(EXTRA).append(Base64Text.of(bytes)).append('\n'));
        out.append(INDEX).append(index).append('\n');
        hashes.forEach(hash -> out.append(hash.base64()).append('\n'));
        return Bytes.utf8(out.append('\n').toString()).plus(checkpoint.bytes());
    }

    /**
     * @throws MalformedNoteException when the bytes are no such proof
     */
    public static LogProof parse(Bytes bytes) throws MalformedNoteException {
        if (bytes.length() > MOST_BYTES) {
            throw new MalformedNoteException("a proof has at most " + MOST_BYTES + " bytes");
        }
        // What is in front of the note is ASCII, so each character is a byte.
        String text = new String(bytes.unsafeArray(), StandardCharsets.ISO_8859_1);
        int empty = text.indexOf("\n\n");
        if (empty < 0) {
            throw new MalformedNoteException("a proof has an empty line before its checkpoint");
        }
        String[] lines = text.substring(0, empty).split("\n", -1);
        if (!lines[0].equals(HEADER)) {
            throw new MalformedNoteException("a proof begins with " + HEADER);
        }
        int at = 1;
        Optional<Bytes> extra = Optional.empty();
        if (at < lines.length && lines[at].startsWith(EXTRA)) {
            extra =
                    Optional.of(
                            Base64Text.decode(lines[at].substring(EXTRA.length()))
                                    .filter(found -> found.length() <= MOST_EXTRA_BYTES)
                                    .orElseThrow(
                                            () ->
                                                    new MalformedNoteException(
                                                            "a proof's extra is not base64")));
            at++;
        }
        if (at == lines.length || !lines[at].startsWith(INDEX)) {
            throw new MalformedNoteException("a proof has no index");
        }
        OptionalLong index = Checkpoint.size(lines[at].substring(INDEX.length()));
        if (index.isEmpty()) {
            throw new MalformedNoteException("a proof's index is no number of a leaf");
        }
        List<TreeHash> hashes = hashes(lines, at + 1);
        SignedNote note = SignedNote.parse(bytes.slice(empty + 2, bytes.length()));
        var _ = Checkpoint.parse(note.text());
        return new LogProof(extra, index.getAsLong(), hashes, note);
    }

    private static List<TreeHash> hashes(String[] lines, int from) throws MalformedNoteException {
        if (lines.length - from > MOST_HASHES) {
            throw new MalformedNoteException("a proof has at most " + MOST_HASHES + " hashes");
        }
        List<TreeHash> hashes = new ArrayList<>();
        for (int i = from; i < lines.length; i++) {
            hashes.add(
                    TreeHash.parse(lines[i])
                            .orElseThrow(
                                    () ->
                                            new MalformedNoteException(
                                                    "a proof's hash is not the base64 of 32"
                                                            + " bytes")));
        }
        return hashes;
    }

    /**
     * What keeps this from showing that the leaf is in the log; empty where nothing does.
     *
     * @param log has the name of the log's origin
     * @param witnesses of which {@code needed} must have cosigned
     */
    public Optional<String> problem(
            TreeHash leaf, VerifierKey log, List<VerifierKey> witnesses, int needed) {
        List<VerifierKey> known = new ArrayList<>(witnesses);
        known.add(log);
        if (!(checkpoint.verify(known) instanceof SignedNote.Verdict.Signed signed)) {
            return Optional.of("the checkpoint is not signed as it should be");
        }
        List<VerifierKey> by = signed.by().stream().map(SignedNote.Signer::key).toList();
        if (!by.contains(log)) {
            return Optional.of("the log did not sign the checkpoint");
        }
        long cosigned = witnesses.stream().distinct().filter(by::contains).count();
        if (cosigned < needed) {
            return Optional.of(cosigned + " witnesses cosigned, and " + needed + " are needed");
        }
        Checkpoint head;
        try {
            head = Checkpoint.parse(checkpoint.text());
        } catch (MalformedNoteException noCheckpoint) {
            return Optional.of("the note is no checkpoint: " + noCheckpoint.getMessage());
        }
        if (!head.origin().equals(log.name())) {
            return Optional.of("the checkpoint is of another log, " + head.origin());
        }
        return ProofCheck.includes(index, head.size(), leaf, hashes, head.root())
                ? Optional.empty()
                : Optional.of("the leaf is not in the tree");
    }
}
