package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.state.Rows.Step;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Walks a range of rows by pulling, for merges of two families. Reads ahead in batches that begin
 * small and double while nobody seeks, so that neither a listing of a folder's subfolders nor one
 * of all keys reads much in vain. One thread.
 */
final class RowCursor {
    record Row(Bytes key, Bytes value) {
        int bytes() {
            return key.length() + value.length();
        }
    }

    private static final int LEAST_BATCH = 4;
    private static final int MOST_BATCH = 256;

    /** A batch ends with the row that passes this many bytes: bounds memory. */
    private static final int MOST_BATCH_BYTES = 256 * 1024;

    private final Rows rows;
    private final Family family;
    private final Bytes to;
    private final Deque<Row> ahead = new ArrayDeque<>();
    private Bytes from;
    private int batch = LEAST_BATCH;
    private boolean done;

    /**
     * @param to exclusive; empty: to the end
     */
    RowCursor(Rows rows, Family family, Bytes from, Bytes to) {
        this.rows = rows;
        this.family = family;
        this.from = from;
        this.to = to;
        done = pastEnd(from);
    }

    private boolean pastEnd(Bytes key) {
        return !to.isEmpty() && key.compareTo(to) >= 0;
    }

    /** The row at the cursor; null at the end. */
    @Nullable Row peek() {
        if (ahead.isEmpty() && !done) {
            fill();
        }
        return ahead.peekFirst();
    }

    /** Steps over the row that {@link #peek} gave. */
    void next() {
        ahead.removeFirst();
    }

    /** Goes to the first row at or after {@code key}. */
    void seek(Bytes key) {
        while (!ahead.isEmpty() && ahead.getFirst().key().compareTo(key) < 0) {
            ahead.removeFirst();
        }
        if (ahead.isEmpty() && !done && from.compareTo(key) < 0) {
            from = key;
            done = pastEnd(key);
            batch = LEAST_BATCH;
        }
    }

    private void fill() {
        int[] bytes = new int[1];
        int wanted = batch;
        boolean[] full = new boolean[1];
        rows.scan(
                family,
                from,
                to,
                (key, value) -> {
                    Row row = new Row(key, value);
                    ahead.addLast(row);
                    bytes[0] += row.bytes();
                    full[0] = ahead.size() >= wanted || bytes[0] > MOST_BATCH_BYTES;
                    return full[0] ? Step.STOP : Step.NEXT;
                });
        if (full[0]) {
            from = RowKeys.after(ahead.getLast().key());
            batch = Math.min(MOST_BATCH, batch * 2);
        } else {
            done = true;
        }
    }
}
