package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.NotInRange;
import io.lethe.node.metadata.command.PartitionAnswer.Page;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.ListKeys;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowCursor.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes one page of a listing, by merging {@link Family#CURRENT} and, where versions are asked for,
 * {@link Family#VERSIONS} in the order of their keys: an object key sorts right before its version
 * keys. Common prefixes are passed over by seeks, so a page reads at most some rows more than it
 * has items, however many keys lie under a prefix. A page of one bucket; one thread.
 */
final class Listing {
    /** A page ends with the row that passes this many bytes: rows with long lists of segments. */
    private static final int MOST_PAGE_BYTES = 1024 * 1024;

    private final ListKeys query;
    private final int limit;
    private final RowCursor current;
    private final @Nullable RowCursor older;
    private final List<VersionRow> rows = new ArrayList<>();
    private final List<Boolean> isLatest = new ArrayList<>();
    private final List<Bytes> prefixes = new ArrayList<>();
    private Bytes last = Bytes.EMPTY;
    private long lastOrder;
    private int bytes;

    /** The key of the newest row seen, whose older ones are not the latest. */
    private @Nullable Bytes newestSeenOf;

    private Listing(Rows state, ListKeys query, Bytes from, Bytes to) {
        this.query = query;
        limit = Math.clamp(query.limit(), 1, PartitionQuery.MOST_ROWS);
        current = new RowCursor(state, Family.CURRENT, from, to);
        older = query.versions() ? new RowCursor(state, Family.VERSIONS, from, to) : null;
    }

    static PartitionAnswer page(Rows state, PartitionHead head, ListKeys query) {
        Bytes from = start(query);
        Bytes to = RowKeys.keyPrefix(query.bucket(), query.prefix()).prefixEnd();
        if (!to.isEmpty() && from.compareTo(to) >= 0) {
            return new Page(List.of(), List.of(), List.of(), Bytes.EMPTY, 0);
        }
        if ((!to.isEmpty() && to.compareTo(head.from) <= 0)
                || (!head.to.isEmpty() && head.to.compareTo(from) <= 0)) {
            return new NotInRange();
        }
        Bytes first = from.compareTo(head.from) < 0 ? head.from : from;
        boolean bucketEndsFirst = head.to.isEmpty() || (!to.isEmpty() && to.compareTo(head.to) < 0);
        Listing listing = new Listing(state, query, first, bucketEndsFirst ? to : head.to);
        listing.resume(state);
        return listing.fill();
    }

    /** Where the page may begin. */
    private static Bytes start(ListKeys query) {
        Bytes least = RowKeys.keyPrefix(query.bucket(), query.prefix());
        Bytes after = query.after();
        if (after.isEmpty()) {
            return least;
        }
        Bytes start;
        if (Objects.equals(after, commonPrefix(query.prefix(), query.delimiter(), after))) {
            start = RowKeys.keyPrefix(query.bucket(), after).prefixEnd();
        } else {
            Bytes objectKey = RowKeys.objectKey(query.bucket(), after);
            start = inKey(query) ? objectKey : objectKey.prefixEnd();
        }
        return start.compareTo(least) < 0 ? least : start;
    }

    /** Whether the page goes on among the versions of {@code after}. */
    private static boolean inKey(ListKeys query) {
        return query.versions() && query.afterOrder() > 0;
    }

    /** Goes to the first version older than {@code afterOrder}, of the key where the last ended. */
    private void resume(Rows state) {
        if (older == null || !inKey(query) || query.after().isEmpty()) {
            return;
        }
        Bytes objectKey = RowKeys.objectKey(query.bucket(), query.after());
        Long newest = newest(state, objectKey);
        if (newest == null || newest < query.afterOrder()) {
            return;
        }
        newestSeenOf = query.after();
        Row at = current.peek();
        if (at != null && at.key().equals(objectKey)) {
            current.next();
        }
        older.seek(RowKeys.after(RowKeys.versionKey(objectKey, query.afterOrder())));
    }

    private static @Nullable Long newest(Rows state, Bytes objectKey) {
        Bytes value = state.get(Family.CURRENT, objectKey);
        if (value != null) {
            return RowValues.version(objectKey, value).order();
        }
        Scans.Page<Long> first =
                Scans.page(
                        state,
                        Family.VERSIONS,
                        RowKeys.after(objectKey),
                        objectKey.prefixEnd(),
                        1,
                        (key, _) -> RowKeys.parse(key, 0).order());
        return first.items().isEmpty() ? null : first.items().getFirst();
    }

    private Page fill() {
        while (true) {
            Row row = next();
            if (row == null) {
                return new Page(rows, isLatest, prefixes, Bytes.EMPTY, 0);
            }
            if (rows.size() + prefixes.size() == limit || bytes > MOST_PAGE_BYTES) {
                return new Page(rows, isLatest, prefixes, last, lastOrder);
            }
            RowKeys.Parsed at = RowKeys.parse(row.key(), 0);
            Bytes prefix = commonPrefix(query.prefix(), query.delimiter(), at.key());
            if (prefix == null) {
                add(row, at);
            } else {
                pass(prefix);
            }
        }
    }

    /** The row at the lower of both cursors; pointers to null versions are no rows of a listing. */
    private @Nullable Row next() {
        Row first = current.peek();
        if (older == null) {
            return first;
        }
        Row second = older.peek();
        while (second != null && RowKeys.parse(second.key(), 0).order() == RowKeys.Parsed.NONE) {
            older.next();
            second = older.peek();
        }
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return first.key().compareTo(second.key()) < 0 ? first : second;
    }

    private void add(Row row, RowKeys.Parsed at) {
        boolean isCurrent = at.order() == RowKeys.Parsed.NONE;
        VersionRow version = RowValues.version(row.key(), row.value());
        rows.add(version);
        isLatest.add(isCurrent || !Objects.equals(at.key(), newestSeenOf));
        newestSeenOf = at.key();
        bytes += row.bytes();
        last = at.key();
        lastOrder = query.versions() ? version.order() : 0;
        if (isCurrent) {
            current.next();
        } else if (older != null) {
            older.next();
        }
    }

    private void pass(Bytes prefix) {
        prefixes.add(prefix);
        bytes += prefix.length();
        last = prefix;
        lastOrder = 0;
        // Never empty: no bucket prefix is all 0xff, since bucket -1 hashes to 0x61c8.
        Bytes end = RowKeys.keyPrefix(query.bucket(), prefix).prefixEnd();
        current.seek(end);
        if (older != null) {
            older.seek(end);
        }
    }

    /** The part of {@code key} up to the first delimiter after the prefix; null without one. */
    static @Nullable Bytes commonPrefix(Bytes prefix, Bytes delimiter, Bytes key) {
        if (delimiter.isEmpty() || !key.startsWith(prefix)) {
            return null;
        }
        int lastStart = key.length() - delimiter.length();
        for (int at = prefix.length(); at <= lastStart; at++) {
            if (matches(key, at, delimiter)) {
                return key.slice(0, at + delimiter.length());
            }
        }
        return null;
    }

    private static boolean matches(Bytes key, int at, Bytes part) {
        for (int i = 0; i < part.length(); i++) {
            if (key.at(at + i) != part.at(i)) {
                return false;
            }
        }
        return true;
    }
}
