package io.lethe.node.tenant.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pattern with wildcards as a bit-parallel automaton: bit i of the state says that the first i
 * characters of the pattern have matched. Each character of the subject costs one step over {@code
 * length/64 + 1} words, whatever the pattern: there is nothing to go back to. Immutable.
 */
final class WildcardRun {
    /** Characters of the pattern without its stars. */
    private final int length;

    /** Bit i: a star stands before character i, so state i may stay over any character. */
    private final long[] loops;

    /** Bit i: character i is a question mark. */
    private final long[] ones;

    /** By character: bit i: character i is it, or a question mark. */
    private final Map<Integer, long[]> masks;

    private WildcardRun(int length, long[] loops, long[] ones, Map<Integer, long[]> masks) {
        this.length = length;
        this.loops = loops;
        this.ones = ones;
        this.masks = masks;
    }

    /** A variable counts as a star: what it will stand for is not known. */
    static WildcardRun of(List<Piece> pieces) {
        List<Integer> pattern = new ArrayList<>();
        List<Integer> stars = new ArrayList<>();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Literal literal -> literal.text().codePoints().forEach(pattern::add);
                case Piece.Wild wild when wild == Piece.Wild.ONE -> pattern.add(-1);
                case Piece.Wild _, Piece.Variable _ -> stars.add(pattern.size());
            }
        }
        int words = pattern.size() / Long.SIZE + 1;
        long[] loops = new long[words];
        stars.forEach(at -> set(loops, at));
        long[] ones = new long[words];
        Map<Integer, long[]> masks = new HashMap<>();
        for (int i = 0; i < pattern.size(); i++) {
            if (pattern.get(i) < 0) {
                set(ones, i);
            }
        }
        for (int i = 0; i < pattern.size(); i++) {
            if (pattern.get(i) >= 0) {
                set(masks.computeIfAbsent(pattern.get(i), _ -> ones.clone()), i);
            }
        }
        return new WildcardRun(pattern.size(), loops, ones, masks);
    }

    private static void set(long[] bits, int at) {
        bits[at / Long.SIZE] |= 1L << at;
    }

    /** Whether all of {@code subject} from {@code from} to {@code to} matches. */
    boolean matches(String subject, int from, int to) {
        if (loops.length == 1) {
            return ((runOneWord(subject, from, to) >>> length) & 1) != 0;
        }
        return ((run(subject, from, to)[length / Long.SIZE] >>> length) & 1) != 0;
    }

    /** Whether some text that begins with {@code prefix}, and is longer, matches. */
    boolean matchesSomeBeyond(String prefix) {
        long[] state = run(prefix, 0, prefix.length());
        boolean stays = ((loops[length / Long.SIZE] >>> length) & 1) != 0;
        if (!stays) {
            state[length / Long.SIZE] &= ~(1L << length);
        }
        for (long word : state) {
            if (word != 0) {
                return true;
            }
        }
        return false;
    }

    private long runOneWord(String subject, int from, int to) {
        long state = 1;
        int at = from;
        while (at < to && state != 0) {
            int c = subject.codePointAt(at);
            at += Character.charCount(c);
            state = ((state & masks.getOrDefault(c, ones)[0]) << 1) | (state & loops[0]);
        }
        return state;
    }

    private long[] run(String subject, int from, int to) {
        long[] state = new long[loops.length];
        state[0] = 1;
        long alive = 1;
        int at = from;
        while (at < to && alive != 0) {
            int c = subject.codePointAt(at);
            at += Character.charCount(c);
            long[] mask = masks.getOrDefault(c, ones);
            long carry = 0;
            alive = 0;
            for (int w = 0; w < state.length; w++) {
                long moved = state[w] & mask[w];
                state[w] = (moved << 1) | carry | (state[w] & loops[w]);
                carry = moved >>> 63;
                alive |= state[w];
            }
        }
        return state;
    }
}
