package io.lethe.node.crypto.log;

import io.lethe.node.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A tree head (C2SP tlog-checkpoint), the text of a signed note: the log's origin, the size, the
 * root in base64, each in a line; further lines mean nothing here and are kept. Immutable.
 *
 * @param origin names the log; its key has the same name
 * @param size leaves
 * @param extensions lines behind the root
 */
public record Checkpoint(String origin, long size, TreeHash root, List<String> extensions) {
    /** Digits of 2^62. */
    private static final int MOST_DIGITS = 19;

    private static final int LINES = 3;

    public Checkpoint {
        extensions = List.copyOf(extensions);
        Check.range("size", size, 0, Subtree.MOST_LEAVES);
        checkLine(origin);
        extensions.forEach(Checkpoint::checkLine);
        if (size == 0 && !root.equals(TreeHash.EMPTY)) {
            throw new IllegalArgumentException("a tree without leaves has one root only");
        }
    }

    public Checkpoint(String origin, long size, TreeHash root) {
        this(origin, size, root, List.of());
    }

    private static void checkLine(String line) {
        if (line.isEmpty() || line.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("a checkpoint's lines are not empty");
        }
    }

    /** What two checkpoints say of each other. */
    public enum Relation {
        /** The same tree. */
        SAME,
        /** The other is larger: a consistency proof has to show that it continues this one. */
        BEFORE,
        /** The other is smaller: a consistency proof has to show that this one continues it. */
        AFTER,
        /** As large, and not the same: the log has told two histories. */
        FORKED,
        /** Of different logs. */
        UNRELATED
    }

    /** How this one stands to the other. */
    public Relation to(Checkpoint other) {
        if (!origin.equals(other.origin)) {
            return Relation.UNRELATED;
        }
        if (size != other.size) {
            return size < other.size ? Relation.BEFORE : Relation.AFTER;
        }
        return root.equals(other.root) ? Relation.SAME : Relation.FORKED;
    }

    /** The note's text. */
    public String text() {
        StringBuilder out = new StringBuilder();
        out.append(origin).append('\n').append(size).append('\n');
        out.append(root.base64()).append('\n');
        extensions.forEach(line -> out.append(line).append('\n'));
        return out.toString();
    }

    /** A note of this checkpoint, signed by the log. */
    public SignedNote sign(NoteSigner log) {
        return new SignedNote(text(), List.of(log.sign(text())));
    }

    /**
     * Reads a note's text; whether anybody signed it is the note's to tell.
     *
     * @throws MalformedNoteException when it is no checkpoint
     */
    public static Checkpoint parse(String text) throws MalformedNoteException {
        String[] lines = text.split("\n", -1);
        int count = lines.length - 1;
        if (count < LINES || !lines[count].isEmpty()) {
            throw new MalformedNoteException("a checkpoint has three lines and more");
        }
        long size =
                size(lines[1])
                        .orElseThrow(
                                () ->
                                        new MalformedNoteException(
                                                "a tree's size is '" + lines[1] + "'"));
        TreeHash root =
                TreeHash.parse(lines[2])
                        .orElseThrow(
                                () ->
                                        new MalformedNoteException(
                                                "a root is not the base64 of 32 bytes"));
        List<String> extensions = new ArrayList<>();
        for (int i = LINES; i < count; i++) {
            extensions.add(lines[i]);
        }
        try {
            return new Checkpoint(lines[0], size, root, extensions);
        } catch (IllegalArgumentException wrong) {
            throw new MalformedNoteException(String.valueOf(wrong.getMessage()));
        }
    }

    /** A number of leaves as these formats write it: no sign, no zero in front. */
    static OptionalLong size(String digits) {
        if (!digits.matches("0|[1-9][0-9]{0," + (MOST_DIGITS - 1) + "}")) {
            return OptionalLong.empty();
        }
        try {
            long size = Long.parseLong(digits);
            return size <= Subtree.MOST_LEAVES ? OptionalLong.of(size) : OptionalLong.empty();
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }
}
