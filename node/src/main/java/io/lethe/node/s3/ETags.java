package io.lethe.node.s3;

import java.util.ArrayList;
import java.util.List;

/**
 * The entity tags of a condition: a star, or a list (RFC 9110, 8.8.3). Clients send tags without
 * their quotes too.
 *
 * @param any whether it is a star
 */
public record ETags(boolean any, List<ETag> tags) {
    /** More are ignored; a header has a bound of its own. */
    private static final int MOST_TAGS = 100;

    /**
     * @param value without quotes
     */
    public record ETag(String value, boolean weak) {}

    public ETags {
        tags = List.copyOf(tags);
    }

    public static ETags parse(String header) {
        String text = header.strip();
        if (text.equals("*")) {
            return new ETags(true, List.of());
        }
        List<ETag> tags = new ArrayList<>();
        int at = 0;
        while (at < text.length() && tags.size() < MOST_TAGS) {
            int end = end(text, at);
            String one = text.substring(at, end).strip();
            boolean weak = one.startsWith("W/");
            String value = weak ? one.substring(2) : one;
            if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
                value = value.substring(1, value.length() - 1);
            }
            if (!value.isEmpty()) {
                tags.add(new ETag(value, weak));
            }
            at = end + 1;
        }
        return new ETags(false, tags);
    }

    /** A comma in quotes is part of the tag. */
    private static int end(String text, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char one = text.charAt(i);
            if (one == '"') {
                quoted = !quoted;
            } else if (one == ',' && !quoted) {
                return i;
            }
        }
        return text.length();
    }

    /** The strong comparison, of If-Match. */
    public boolean matchesStrongly(String eTag) {
        return any || tags.stream().anyMatch(tag -> !tag.weak() && tag.value().equals(eTag));
    }

    /** The weak comparison, of If-None-Match. */
    public boolean matchesWeakly(String eTag) {
        return any || tags.stream().anyMatch(tag -> tag.value().equals(eTag));
    }
}
