package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.state.Rows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Short walks over rows. Static and pure. */
final class Scans {
    private Scans() {}

    /** Whether any key starts with {@code prefix}. */
    static boolean any(Rows rows, Family family, Bytes prefix) {
        return !page(rows, family, prefix, prefix.prefixEnd(), 1, (key, _) -> key).items.isEmpty();
    }

    /**
     * The first rows of a range.
     *
     * @param last the key of the last item, when there are more; else null
     */
    record Page<T>(List<T> items, @Nullable Bytes last) {}

    /** At most {@code limit} rows from {@code from}, inclusive, to {@code to}, exclusive. */
    static <T> Page<T> page(
            Rows rows,
            Family family,
            Bytes from,
            Bytes to,
            int limit,
            BiFunction<Bytes, Bytes, T> read) {
        List<T> items = new ArrayList<>();
        Bytes[] last = new Bytes[1];
        boolean[] more = new boolean[1];
        if (!to.isEmpty() && from.compareTo(to) >= 0) {
            return new Page<>(items, null);
        }
        rows.scan(
                family,
                from,
                to,
                (key, value) -> {
                    if (items.size() == limit) {
                        more[0] = true;
                        return Step.STOP;
                    }
                    items.add(read.apply(key, value));
                    last[0] = key;
                    return Step.NEXT;
                });
        return new Page<>(items, more[0] ? last[0] : null);
    }
}
