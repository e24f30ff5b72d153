package io.lethe.node.tenant.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern without variables: literal head, literal tail, and between them nothing, one star, or a
 * {@link WildcardRun}. Time is linear in the subject. Immutable.
 */
final class Glob {
    private final String head;
    private final String tail;

    /** Whether there is any wildcard; if not, the head is all. */
    private final boolean wild;

    /** Null where one star is all that lies between head and tail. */
    private final @Nullable WildcardRun middle;

    private Glob(String head, String tail, boolean wild, @Nullable WildcardRun middle) {
        this.head = head;
        this.tail = tail;
        this.wild = wild;
        this.middle = middle;
    }

    /** {@code pieces} holds no variable. */
    static Glob of(List<Piece> pieces) {
        int first = 0;
        StringBuilder head = new StringBuilder();
        while (first < pieces.size() && pieces.get(first) instanceof Piece.Literal literal) {
            head.append(literal.text());
            first++;
        }
        if (first == pieces.size()) {
            return new Glob(head.toString(), "", false, null);
        }
        int end = pieces.size();
        StringBuilder tail = new StringBuilder();
        while (pieces.get(end - 1) instanceof Piece.Literal literal) {
            tail.insert(0, literal.text());
            end--;
        }
        List<Piece> between = pieces.subList(first, end);
        boolean star = between.stream().allMatch(piece -> piece == Piece.Wild.RUN);
        return new Glob(
                head.toString(), tail.toString(), true, star ? null : WildcardRun.of(between));
    }

    boolean matches(String subject) {
        if (!wild) {
            return subject.equals(head);
        }
        int end = subject.length() - tail.length();
        return end >= head.length()
                && subject.startsWith(head)
                && subject.endsWith(tail)
                && (middle == null || middle.matches(subject, head.length(), end));
    }
}
