package io.lethe.node.base.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody probably meant. No state. */
final class Nearest {
    private Nearest() {}

    /** The closest known name, if it is within one edit and one more for each four letters. */
    static Optional<String> to(String given, Collection<String> known) {
        String lower = given.toLowerCase(Locale.ROOT);
        int most = 1 + Math.min(given.length(), 64) / 4;
        return known.stream()
                .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= most)
                .min(
                        Comparator.comparingInt(
                                (String name) -> distance(lower, name.toLowerCase(Locale.ROOT))));
    }

    static String hint(String given, Collection<String> known) {
        return to(given, known)
                .map(name -> "; did you mean '" + name + "'?")
                .orElseGet(() -> "; known here: " + String.join(", ", known));
    }

    /** Levenshtein distance; names beyond 64 characters count as far away. */
    private static int distance(String a, String b) {
        if (a.length() > 64 || b.length() > 64) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
