package io.lethe.client;

/**
 * What to list.
 *
 * @param prefix only keys that start with this; empty: all
 * @param delimiter keys that have this after the prefix are rolled up; empty: none are
 * @param startAfter only keys after this one; empty: from the beginning; not for versions
 * @param pageSize rows per request, 1 to {@link #MOST_PER_PAGE}
 */
public record ListOptions(String prefix, String delimiter, String startAfter, int pageSize) {
    /** The server's bound on a page. */
    public static final int MOST_PER_PAGE = 1000;

    public static final ListOptions ALL = new ListOptions("", "", "", MOST_PER_PAGE);

    public ListOptions {
        if (pageSize < 1 || pageSize > MOST_PER_PAGE) {
            throw new IllegalArgumentException(
                    "the page size is " + pageSize + ", and must be from 1 to " + MOST_PER_PAGE);
        }
    }

    public static ListOptions prefix(String prefix) {
        return new ListOptions(prefix, "", "", MOST_PER_PAGE);
    }

    public ListOptions withDelimiter(String text) {
        return new ListOptions(prefix, text, startAfter, pageSize);
    }

    public ListOptions withStartAfter(String key) {
        return new ListOptions(prefix, delimiter, key, pageSize);
    }

    public ListOptions withPageSize(int rows) {
        return new ListOptions(prefix, delimiter, startAfter, rows);
    }
}
