package io.lethe.node.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may name a user: as in IAM, so that ARNs can. Static and pure. */
public final class UserNames {
    private static final int MOST_CHARS = 64;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9+=,.@_-]+");

    private UserNames() {}

    /** What is wrong with a name; null when nothing is. */
    public static @Nullable String fault(String name) {
        if (name.isEmpty() || name.length() > MOST_CHARS) {
            return "it has " + name.length() + " characters, and must have 1 to " + MOST_CHARS;
        }
        return FORM.matcher(name).matches()
                ? null
                : "it must be of letters without accents, digits, and + = , . @ _ -";
    }
}
