package io.lethe.node.metadata.state;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What S3 allows as a bucket's name. Static and pure. */
public final class BucketNames {
    private static final int LEAST_CHARS = 3;
    private static final int MOST_CHARS = 63;

    private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");

    /** Taken by AWS for access points, directory buckets, tables and the like. */
    private static final List<String> RESERVED_STARTS = List.of("xn--", "sthree-", "amzn-s3-demo-");

    private static final List<String> RESERVED_ENDS =
            List.of("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3");

    private BucketNames() {}

    /** What is wrong with a name; null when nothing is. */
    public static @Nullable String fault(String name) {
        if (name.length() < LEAST_CHARS || name.length() > MOST_CHARS) {
            return "it has "
                    + name.length()
                    + " characters, and must have "
                    + LEAST_CHARS
                    + " to "
                    + MOST_CHARS;
        }
        for (int i = 0; i < name.length(); i++) {
            char one = name.charAt(i);
            if (!letterOrDigit(one) && one != '-' && one != '.') {
                return "only a-z, 0-9, '.' and '-' are allowed, and character "
                        + (i + 1)
                        + " is none of them";
            }
        }
        if (!letterOrDigit(name.charAt(0)) || !letterOrDigit(name.charAt(name.length() - 1))) {
            return "it must begin and end with a letter or a digit";
        }
        if (name.contains("..")) {
            return "two dots stand next to each other";
        }
        if (ADDRESS.matcher(name).matches()) {
            return "it looks like an IP address";
        }
        for (String start : RESERVED_STARTS) {
            if (name.startsWith(start)) {
                return "names that begin with " + start + " are reserved";
            }
        }
        for (String end : RESERVED_ENDS) {
            if (name.endsWith(end)) {
                return "names that end with " + end + " are reserved";
            }
        }
        return null;
    }

    private static boolean letterOrDigit(char one) {
        return (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9');
    }
}
