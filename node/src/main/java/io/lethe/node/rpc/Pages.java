package io.lethe.node.rpc;

import com.google.protobuf.MessageLite;
import io.lethe.proto.v1.PageRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Pages of a list in the order of its names, bounded in rows and in bytes. Pure. */
final class Pages {
    /**
     * A page ends with the row that reaches this many bytes: half of the 8 MiB that a client takes
     * in one message, so that the longest row, a partition between two long keys, fits too.
     */
    static final int MOST_PAGE_BYTES = 4 * 1024 * 1024;

    /**
     * A page.
     *
     * @param next token of the page behind it; empty for the last one
     */
    record Page<T>(List<T> rows, String next) {}

    /** Makes a row's message; may ask other nodes. */
    interface Show<T, M extends MessageLite> {
        M show(T row) throws InterruptedException;
    }

    private Pages() {}

    /**
     * The rows that were asked for.
     *
     * @param name unique; pages go on behind it
     */
    static <T> Page<T> rows(List<T> all, PageRequest asked, Function<T, String> name) {
        List<T> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparing(name));
        String after = PageToken.parse(asked.getPageToken()).after().utf8();
        List<T> rows = new ArrayList<>();
        int limit = PageToken.limit(asked.getPageSize());
        for (T row : sorted) {
            if (name.apply(row).compareTo(after) > 0) {
                if (rows.size() == limit) {
                    return new Page<>(rows, PageToken.after(name.apply(rows.getLast())));
                }
                rows.add(row);
            }
        }
        return new Page<>(rows, "");
    }

    /**
     * Rows that were read for a page.
     *
     * @param limit that they were read with: as many are not all
     */
    static <T> Page<T> of(List<T> rows, int limit, Function<T, String> name) {
        boolean last = rows.size() < limit;
        return new Page<>(rows, last ? "" : PageToken.after(name.apply(rows.getLast())));
    }

    /** The messages of as many of the rows as fit; none is made for those that don't. */
    static <T, M extends MessageLite> Page<M> shown(
            Page<T> page, Function<T, String> name, Show<T, M> show) throws InterruptedException {
        List<M> shown = new ArrayList<>();
        long bytes = 0;
        for (T row : page.rows()) {
            if (bytes >= MOST_PAGE_BYTES) {
                T last = page.rows().get(shown.size() - 1);
                return new Page<>(shown, PageToken.after(name.apply(last)));
            }
            M message = show.show(row);
            bytes += message.getSerializedSize();
            shown.add(message);
        }
        return new Page<>(shown, page.next());
    }

    /** Both at once. */
    static <T, M extends MessageLite> Page<M> shown(
            List<T> all, PageRequest asked, Function<T, String> name, Show<T, M> show)
            throws InterruptedException {
        return shown(rows(all, asked, name), name, show);
    }
}
