package io.lethe.node.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What may name a tenant: its alias, or its account number. Both stand before a bucket's name, with
 * two hyphens between them. Static and pure.
 */
public final class TenantNames {
    /** With two hyphens and a bucket's name of 22 characters it is a label of a host name. */
    public static final int MOST_CHARS = 39;

    private static final Pattern FORM = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

    private TenantNames() {}

    /** What is wrong with a name; null when nothing is. */
    public static @Nullable String fault(String name) {
        if (name.isEmpty() || name.length() > MOST_CHARS) {
            return "it has " + name.length() + " characters, and must have 1 to " + MOST_CHARS;
        }
        if (!FORM.matcher(name).matches()) {
            return "it must be of lower-case letters and digits, with single hyphens between them";
        }
        return name.equals("xn") ? "xn-- begins host names in other scripts" : null;
    }

    /** What is wrong with an alias; null when nothing is. */
    public static @Nullable String aliasFault(String alias) {
        return ACCOUNT.matcher(alias).matches() ? "it looks like an account number" : fault(alias);
    }
}
