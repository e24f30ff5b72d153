package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.Legacy;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@link Family#WRITES} and their indexes. Static and pure.
 *
 * <pre>
 * 1 ‖ write id                       {@link WriteRow}
 * 2 ‖ expires i64 ‖ write id         open writes by expiry                     (no value)
 * 3 ‖ millis i64 ‖ write id          results that may be forgotten a day later (no value)
 * 4 ‖ bucket prefix ‖ write id       open writes of a bucket, without uploads  (no value)
 * 5 ‖ version key ‖ write id         writes whose segments a version took over (no value)
 * </pre>
 *
 * A row may be forgotten once it is in index 3. Rows of versions in segments enter it when the
 * version goes: as long as chunks that carry a write's id are live, its row says so, and nobody
 * takes them for orphans.
 */
final class WriteTable {
    private static final int ROW = 1;
    private static final int BY_EXPIRY = 2;
    private static final int BY_END = 3;
    private static final int BY_BUCKET = 4;
    private static final int BY_VERSION = 5;

    private WriteTable() {}

    private static Bytes rowKey(WriteId write) {
        return key(ROW, Bytes.EMPTY, write);
    }

    private static Bytes key(int kind, Bytes middle, WriteId write) {
        Encoder out = new Encoder(32).u8(kind).raw(middle);
        write.id().encode(out);
        return out.toBytes();
    }

    private static Bytes time(long millis) {
        return new Encoder(16).i64(millis).toBytes();
    }

    static @Nullable WriteRow get(Draft draft, WriteId write) {
        Bytes value = draft.get(Family.WRITES, rowKey(write));
        return value == null ? null : WriteRow.decode(value);
    }

    static @Nullable WriteRow get(Rows rows, WriteId write) {
        Bytes value = rows.get(Family.WRITES, rowKey(write));
        return value == null ? null : WriteRow.decode(value);
    }

    /** Opens a write, or opens it for longer. */
    static void open(Draft draft, WriteId write, WriteRow.Open row) {
        if (get(draft, write) instanceof WriteRow.Open before) {
            draft.delete(Family.WRITES, key(BY_EXPIRY, time(before.expiresMillis()), write));
        } else {
            draft.head.openWrites++;
            draft.put(
                    Family.WRITES,
                    key(BY_BUCKET, RowKeys.bucketPrefix(row.bucket()), write),
                    Bytes.EMPTY);
        }
        draft.put(Family.WRITES, rowKey(write), row.encode());
        draft.put(Family.WRITES, key(BY_EXPIRY, time(row.expiresMillis()), write), Bytes.EMPTY);
    }

    /** Begins an upload: an open write without a lease. */
    static void begin(Draft draft, WriteId write, WriteRow.Upload row) {
        draft.head.openWrites++;
        draft.put(Family.WRITES, rowKey(write), row.encode());
    }

    /** Ends a write, open or never opened, with a row that may be forgotten a day from now. */
    static void end(Draft draft, WriteId write, WriteRow row) {
        endForGood(draft, write, row);
        forgettable(draft, write);
    }

    /** Ends a write with a row that stays until {@link #forgettable}. */
    static void endForGood(Draft draft, WriteId write, WriteRow row) {
        switch (get(draft, write)) {
            case WriteRow.Open before -> {
                draft.head.openWrites--;
                draft.delete(Family.WRITES, key(BY_EXPIRY, time(before.expiresMillis()), write));
                draft.delete(
                        Family.WRITES,
                        key(BY_BUCKET, RowKeys.bucketPrefix(before.bucket()), write));
            }
            case WriteRow.Upload _ -> draft.head.openWrites--;
            case null, default -> {}
        }
        draft.put(Family.WRITES, rowKey(write), row.encode());
    }

    static void update(Draft draft, WriteId write, WriteRow row) {
        draft.put(Family.WRITES, rowKey(write), row.encode());
    }

    /** Lets a row be forgotten a day after the state's time. */
    private static void forgettable(Draft draft, WriteId write) {
        draft.put(Family.WRITES, key(BY_END, time(draft.millis()), write), Bytes.EMPTY);
    }

    /** Notes that a version lives from segments of another write than its own. */
    static void tookOver(Draft draft, Bytes versionKey, WriteId write) {
        draft.put(Family.WRITES, key(BY_VERSION, versionKey, write), Bytes.EMPTY);
    }

    /** The version in segments is gone: its own write and those it took over may be forgotten. */
    static void versionGone(Draft draft, Bytes versionKey, WriteId own) {
        forgettable(draft, own);
        Bytes from = new Encoder(64).u8(BY_VERSION).raw(versionKey).toBytes();
        draft.rows()
                .scan(
                        Family.WRITES,
                        from,
                        from.prefixEnd(),
                        (key, _) -> {
                            draft.delete(Family.WRITES, key);
                            forgettable(draft, idAtEnd(key));
                            return Step.NEXT;
                        });
    }

    /** Open writes whose time is over, oldest first. */
    static List<WriteId> expired(Draft draft, int limit) {
        List<WriteId> writes = new ArrayList<>();
        Bytes from = new Encoder(16).u8(BY_EXPIRY).toBytes();
        draft.rows()
                .scan(
                        Family.WRITES,
                        from,
                        new Encoder(16).u8(BY_EXPIRY).i64(draft.millis() + 1).toBytes(),
                        (key, _) -> {
                            WriteId write = idAtEnd(key);
                            // What is the other half's is closed there, or not.
                            if (!isElsewhere(draft.rows(), draft.head, write)) {
                                writes.add(write);
                            }
                            return writes.size() < limit ? Step.NEXT : Step.STOP;
                        });
        return writes;
    }

    /** Whether an id was used for an object that is not in this partition's range. */
    static boolean isElsewhere(Rows rows, PartitionHead head, WriteId write) {
        return head.sweepPhase != 0
                && get(rows, write) instanceof WriteRow.OfObject row
                && !head.covers(row.bucket(), row.key());
    }

    /** Forgets rows that ended before {@code beforeMillis}; returns how many. */
    static int forget(Draft draft, long beforeMillis, int limit) {
        List<Bytes> keys = dueKeys(draft, BY_END, beforeMillis, limit);
        for (Bytes key : keys) {
            WriteId write = idAtEnd(key);
            Check.that(!isOpen(get(draft, write)), write + " is open and forgotten");
            draft.delete(Family.WRITES, key);
            draft.delete(Family.WRITES, rowKey(write));
        }
        return keys.size();
    }

    private static boolean isOpen(@Nullable WriteRow row) {
        return row instanceof WriteRow.Open || row instanceof WriteRow.Upload;
    }

    private static List<Bytes> dueKeys(Draft draft, int kind, long beforeMillis, int limit) {
        List<Bytes> keys = new ArrayList<>();
        Bytes from = new Encoder(16).u8(kind).toBytes();
        Bytes to = new Encoder(16).u8(kind).i64(Math.max(0, beforeMillis)).toBytes();
        draft.rows()
                .scan(
                        Family.WRITES,
                        from,
                        to,
                        (key, _) -> {
                            keys.add(key);
                            return keys.size() < limit ? Step.NEXT : Step.STOP;
                        });
        return keys;
    }

    /** A row that may be forgotten, by its key in index 3. */
    record Ended(WriteId write, long millis) {}

    /** Whether a key is one of index 3. */
    static boolean isEnd(Bytes key) {
        return !key.isEmpty() && key.at(0) == BY_END;
    }

    static Scans.Page<Ended> ended(Rows rows, @Nullable Bytes after, int limit) {
        Bytes start = Bytes.wrap(new byte[] {BY_END});
        return Scans.page(
                rows,
                Family.WRITES,
                after == null ? start : RowKeys.after(after),
                start.prefixEnd(),
                limit,
                (key, _) ->
                        new Ended(
                                idAtEnd(key),
                                FieldReader.whole(key.slice(1, 9), FieldReader::int64)));
    }

    /** The rows of those that are not forgotten yet. */
    static List<Legacy.Result> results(Rows rows, List<Ended> ended) {
        List<Legacy.Result> results = new ArrayList<>();
        for (Ended one : ended) {
            Bytes row = rows.get(Family.WRITES, rowKey(one.write()));
            if (row != null) {
                results.add(new Legacy.Result(one.write(), one.millis(), row));
            }
        }
        return results;
    }

    /** Keeps another partition's result, until it is forgotten as there; false where it is none. */
    static boolean inherit(Draft draft, Legacy.Result result) {
        WriteRow row;
        try {
            row = WriteRow.decode(result.row());
        } catch (Decoder.CorruptEncoding e) {
            return false;
        }
        if (isOpen(row)) {
            return false;
        }
        if (get(draft, result.write()) == null) {
            update(draft, result.write(), row);
            draft.put(
                    Family.WRITES,
                    key(BY_END, time(result.endedMillis()), result.write()),
                    Bytes.EMPTY);
        }
        return true;
    }

    static boolean anyOpenOf(Rows rows, PartitionHead head, BucketId bucket) {
        Bytes from = Bytes.wrap(new byte[] {BY_BUCKET}).plus(RowKeys.bucketPrefix(bucket));
        boolean[] any = new boolean[1];
        rows.scan(
                Family.WRITES,
                from,
                from.prefixEnd(),
                (key, _) -> {
                    any[0] = !isElsewhere(rows, head, idAtEnd(key));
                    return any[0] ? Step.STOP : Step.NEXT;
                });
        return any[0];
    }

    /** A row and its key. */
    private record Row(Bytes key, Bytes value) {}

    /**
     * Removes what is the other half's of the rows behind {@code after}: first results that may be
     * forgotten, then the others, then what versions took over.
     *
     * @return the last key looked at; null where there is nothing behind it
     */
    static @Nullable Bytes sweep(Draft draft, @Nullable Bytes after, int limit) {
        for (int kind : List.of(BY_END, ROW, BY_VERSION)) {
            boolean passed = after != null && sweepTurn(after.at(0)) > sweepTurn(kind);
            if (passed) {
                continue;
            }
            Bytes start = Bytes.wrap(new byte[] {(byte) kind});
            Bytes from = after != null && after.at(0) == kind ? RowKeys.after(after) : start;
            List<Row> page =
                    Scans.page(
                                    draft.rows(),
                                    Family.WRITES,
                                    from,
                                    start.prefixEnd(),
                                    limit,
                                    Row::new)
                            .items();
            page.forEach(row -> sweep(draft, kind, row));
            if (!page.isEmpty()) {
                return page.getLast().key();
            }
        }
        return null;
    }

    private static int sweepTurn(int kind) {
        return kind == BY_END ? 0 : kind == ROW ? 1 : 2;
    }

    private static void sweep(Draft draft, int kind, Row row) {
        if (kind == BY_VERSION) {
            if (!draft.head.covers(row.key().slice(1, row.key().length() - 16))) {
                draft.delete(Family.WRITES, row.key());
            }
            return;
        }
        WriteId write = idAtEnd(row.key());
        if (!isElsewhere(draft.rows(), draft.head, write)) {
            return;
        }
        switch (get(draft, write)) {
            case WriteRow.Open open -> {
                draft.head.openWrites--;
                draft.delete(Family.WRITES, key(BY_EXPIRY, time(open.expiresMillis()), write));
                draft.delete(
                        Family.WRITES, key(BY_BUCKET, RowKeys.bucketPrefix(open.bucket()), write));
            }
            case WriteRow.Upload _ -> draft.head.openWrites--;
            case null, default -> {}
        }
        draft.delete(Family.WRITES, rowKey(write));
        if (kind == BY_END) {
            draft.delete(Family.WRITES, row.key());
        }
    }

    private static WriteId idAtEnd(Bytes key) {
        int end = key.length();
        return FieldReader.whole(key.slice(end - 16, end), FieldReader::write);
    }
}
