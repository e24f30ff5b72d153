package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionCommand.SaveHash;
import io.lethe.node.metadata.state.Rows.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@link Family#PARTS}. Static and pure. A <i>place</i> is a version key with the order
 * of an upload; a part's own place is one with the order of the part.
 *
 * <pre>
 * 1 ‖ place ‖ number i32      the part: {@link FieldWriter#part}
 * 2 ‖ part's place            order i64 of the upload, number i32
 * 3 ‖ place                   order i64 of the version that the upload became
 * 4 ‖ place ‖ ~start i64      the version's parts from this byte on: list of (number i32, size
 *                             varint), at most {@value #PAGE_PARTS}
 * 5 ‖ since i64 ‖ place       rows to be swept: since the version is gone, or 0    (no value)
 * 6 ‖ place                   number i32 of the last part that is hashed
 * 7 ‖ place ‖ number i32      midstate of the hashes at the part's end: blob (512)
 * 8 ‖ place                   the next part is there to be hashed                  (no value)
 * </pre>
 *
 * Row 6 says which midstates hold: those up to it. Where it is lowered, those above are left and
 * are written over later. The rows of a version's parts lie under the upload's place for as long as
 * the version lives.
 */
final class PartTable {
    /** Parts in a page of a version's table: 40 pages at the most, of some 2 KiB. */
    static final int PAGE_PARTS = 256;

    private static final int PART = 1;
    private static final int BY_ORDER = 2;
    private static final int BECAME = 3;
    private static final int LAYOUT = 4;
    private static final int SWEEP = 5;
    private static final int HASHED = 6;
    private static final int MIDSTATE = 7;
    private static final int HASH_WORK = 8;

    private PartTable() {}

    private static Bytes key(int kind, Bytes place) {
        return new Encoder(place.length() + 1).u8(kind).raw(place).toBytes();
    }

    private static Bytes key(int kind, Bytes place, int number) {
        return new Encoder(place.length() + 5).u8(kind).raw(place).i32(number).toBytes();
    }

    private static Bytes objectKey(Bytes place) {
        return place.slice(0, place.length() - 8);
    }

    static @Nullable PartRow get(Draft draft, Bytes place, int number) {
        Bytes value = draft.get(Family.PARTS, key(PART, place, number));
        return value == null ? null : RowValues.read(value, FieldReader::part);
    }

    static boolean has(Draft draft, Bytes place, int number) {
        return draft.has(Family.PARTS, key(PART, place, number));
    }

    /** Where a part lies. */
    record Found(Bytes place, PartRow part) {}

    /**
     * @param partPlace a version key with the order of a part
     */
    static @Nullable Found byOrder(Draft draft, Bytes partPlace) {
        Bytes value = draft.get(Family.PARTS, key(BY_ORDER, partPlace));
        if (value == null) {
            return null;
        }
        Bytes objectKey = objectKey(partPlace);
        return RowValues.read(
                value,
                in -> {
                    Bytes place = RowKeys.versionKey(objectKey, in.int64());
                    PartRow part = get(draft, place, in.int32());
                    Check.that(part != null, "a part's order names no part: " + partPlace);
                    return part == null ? null : new Found(place, part);
                });
    }

    /** Writes a part, new or changed. */
    static void put(Draft draft, Bytes objectKey, long upload, PartRow part) {
        Bytes place = RowKeys.versionKey(objectKey, upload);
        draft.put(
                Family.PARTS,
                key(PART, place, part.number()),
                RowValues.begin().part(part).toBytes());
        draft.put(
                Family.PARTS,
                key(BY_ORDER, RowKeys.versionKey(objectKey, part.order())),
                RowValues.begin().int64(upload).int32(part.number()).toBytes());
    }

    static void update(Draft draft, Bytes place, PartRow part) {
        draft.put(
                Family.PARTS,
                key(PART, place, part.number()),
                RowValues.begin().part(part).toBytes());
    }

    /** Removes a part, whose segments become garbage. */
    static void drop(Draft draft, Bytes place, PartRow part) {
        Bytes objectKey = objectKey(place);
        draft.delete(Family.PARTS, key(PART, place, part.number()));
        draft.delete(Family.PARTS, key(BY_ORDER, RowKeys.versionKey(objectKey, part.order())));
        if (!part.body().segments().isEmpty()) {
            SegmentTable.ownerGone(
                    draft, SegmentTable.Owner.of(objectKey, part), part.body().segments());
        }
    }

    /** Parts after a number, as they were before the command. */
    static Scans.Page<PartRow> page(Rows rows, Bytes place, int after, int limit) {
        Bytes prefix = key(PART, place);
        Bytes from = after < 0 ? prefix : RowKeys.after(key(PART, place, after));
        BiFunction<Bytes, Bytes, PartRow> read =
                (_, value) -> RowValues.read(value, FieldReader::part);
        return Scans.page(rows, Family.PARTS, from, prefix.prefixEnd(), limit, read);
    }

    /** All parts of an upload, by number, as they were before the command. */
    static List<PartRow> all(Rows rows, Bytes place) {
        return page(rows, place, -1, PartRow.MOST_PARTS).items();
    }

    /** The upload became a version, for which all its rows live from now on. */
    static void became(Draft draft, Bytes objectKey, long upload, long version) {
        Bytes place = RowKeys.versionKey(objectKey, upload);
        draft.put(Family.PARTS, key(BECAME, place), RowValues.int64(version));
    }

    /** The order of the version that an upload became; -1 for none. */
    static long versionOf(Draft draft, Bytes place) {
        Bytes value = draft.get(Family.PARTS, key(BECAME, place));
        return value == null ? -1 : RowValues.int64(value);
    }

    private static Bytes sweepKey(long sinceMillis, Bytes place) {
        return new Encoder(place.length() + 9).u8(SWEEP).i64(sinceMillis).raw(place).toBytes();
    }

    /** The version is gone: everything of it is to be swept, once its readers have had time. */
    static void gone(Draft draft, Bytes place) {
        draft.delete(Family.PARTS, key(BECAME, place));
        draft.delete(Family.PARTS, sweepKey(0, place));
        draft.put(Family.PARTS, sweepKey(draft.millis(), place), Bytes.EMPTY);
    }

    /**
     * Has a sweep look at the rows of an upload that is over: parts that no version names,
     * midstates of finished hashes.
     */
    static void sweep(Draft draft, Bytes place) {
        draft.delete(Family.PARTS, key(HASH_WORK, place));
        draft.put(Family.PARTS, sweepKey(0, place), Bytes.EMPTY);
    }

    /** A place that is to be swept, and the key that says so. */
    record Swept(Bytes key, Bytes place) {}

    /** Places that are to be swept, of versions gone up to a time. */
    static List<Swept> swept(Rows rows, PartitionHead head, long throughMillis, int limit) {
        List<Swept> swept = new ArrayList<>();
        rows.scan(
                Family.PARTS,
                Bytes.wrap(new byte[] {SWEEP}),
                new Encoder(16).u8(SWEEP).i64(throughMillis + 1).toBytes(),
                (key, _) -> {
                    Swept one = new Swept(key, key.slice(9, key.length()));
                    // What is the other half's is swept there.
                    if (head.covers(one.place())) {
                        swept.add(one);
                    }
                    return swept.size() < limit ? Step.NEXT : Step.STOP;
                });
        return swept;
    }

    /**
     * Removes what is the other half's of the rows behind {@code after}.
     *
     * @return the last key looked at; null where there is nothing behind it
     */
    static @Nullable Bytes sweepSplit(Draft draft, @Nullable Bytes after, int limit) {
        for (int kind = after == null ? PART : after.at(0); kind <= HASH_WORK; kind++) {
            Bytes from = after != null && after.at(0) == kind ? after : null;
            Bytes start = Bytes.wrap(new byte[] {(byte) kind});
            List<Bytes> keys =
                    kind == SWEEP
                            ? Scans.page(
                                            draft.rows(),
                                            Family.PARTS,
                                            from == null ? start : RowKeys.after(from),
                                            start.prefixEnd(),
                                            limit,
                                            (key, _) -> key)
                                    .items()
                            : SplitSweep.outside(draft, Family.PARTS, start, from, limit).stream()
                                    .map(SplitSweep.Row::key)
                                    .toList();
            for (Bytes key : keys) {
                if (kind != SWEEP || !draft.head.covers(key.slice(9, key.length()))) {
                    draft.delete(Family.PARTS, key);
                }
            }
            if (!keys.isEmpty()) {
                return keys.getLast();
            }
        }
        return null;
    }

    /**
     * Deletes the rows of a place that are no parts, at most {@code limit}, and as the last of them
     * the one that has it swept.
     *
     * @param layout whether the version's table goes too
     * @return how many were deleted
     */
    static int clear(Draft draft, Swept swept, boolean layout, int limit) {
        Bytes place = swept.place();
        List<Bytes> keys = new ArrayList<>();
        collect(draft, key(MIDSTATE, place), limit, keys);
        if (layout) {
            collect(draft, key(LAYOUT, place), limit, keys);
        }
        keys.forEach(key -> draft.delete(Family.PARTS, key));
        if (keys.size() < limit) {
            draft.delete(Family.PARTS, key(HASHED, place));
            draft.delete(Family.PARTS, swept.key());
            return keys.size() + 1;
        }
        return keys.size();
    }

    private static void collect(Draft draft, Bytes prefix, int limit, List<Bytes> keys) {
        if (keys.size() < limit) {
            keys.addAll(
                    Scans.page(
                                    draft.rows(),
                                    Family.PARTS,
                                    prefix,
                                    prefix.prefixEnd(),
                                    limit - keys.size(),
                                    (key, _) -> key)
                            .items());
        }
    }

    /** One part in a version's table. */
    record Slot(int number, long sizeBytes) {}

    private static Bytes layoutKey(Bytes place, long startBytes) {
        return key(LAYOUT, place).plus(new Encoder(8).i64(~startBytes).toBytes());
    }

    /** Writes the table of a version: which parts it has, and where each lies. */
    static void layout(Draft draft, Bytes place, List<Slot> slots) {
        long start = 0;
        for (int from = 0; from < slots.size(); from += PAGE_PARTS) {
            List<Slot> page = slots.subList(from, Math.min(slots.size(), from + PAGE_PARTS));
            FieldWriter out =
                    RowValues.begin()
                            .list(
                                    page,
                                    PAGE_PARTS,
                                    (to, one) -> to.int32(one.number()).number(one.sizeBytes()));
            draft.put(Family.PARTS, layoutKey(place, start), out.toBytes());
            for (Slot slot : page) {
                start += slot.sizeBytes();
            }
        }
    }

    /** A page of a version's table. */
    record Layout(long startBytes, List<Slot> slots) {
        long endBytes() {
            long end = startBytes;
            for (Slot slot : slots) {
                end += slot.sizeBytes();
            }
            return end;
        }
    }

    private static Layout layout(Bytes key, Bytes value) {
        int end = key.length();
        long start = ~FieldReader.whole(key.slice(end - 8, end), FieldReader::int64);
        return RowValues.read(
                value,
                in ->
                        new Layout(
                                start,
                                in.list(PAGE_PARTS, one -> new Slot(one.int32(), one.number()))));
    }

    /** The page that holds a byte, or the last one before it; null where there is no table. */
    static @Nullable Layout layoutAt(Rows rows, Bytes place, long offsetBytes) {
        List<Layout> found =
                Scans.page(
                                rows,
                                Family.PARTS,
                                layoutKey(place, offsetBytes),
                                key(LAYOUT, place).prefixEnd(),
                                1,
                                PartTable::layout)
                        .items();
        return found.isEmpty() ? null : found.getFirst();
    }

    /** The whole table, the last page first. */
    static List<Layout> layouts(Rows rows, Bytes place) {
        Bytes prefix = key(LAYOUT, place);
        List<Layout> pages = new ArrayList<>();
        rows.scan(
                Family.PARTS,
                prefix,
                prefix.prefixEnd(),
                (key, value) -> {
                    pages.add(layout(key, value));
                    return Step.NEXT;
                });
        return pages;
    }

    /** The last part up to which the hashes have come; 0 for none. */
    static int hashed(Draft draft, Bytes place) {
        Bytes value = draft.get(Family.PARTS, key(HASHED, place));
        return value == null ? 0 : RowValues.read(value, FieldReader::int32);
    }

    /** The hashes hold up to this part, and go on at the next one as soon as it is there. */
    static void hashed(Draft draft, Bytes place, int number) {
        draft.put(Family.PARTS, key(HASHED, place), RowValues.begin().int32(number).toBytes());
        if (has(draft, place, number + 1)) {
            draft.put(Family.PARTS, key(HASH_WORK, place), Bytes.EMPTY);
        } else {
            draft.delete(Family.PARTS, key(HASH_WORK, place));
        }
    }

    static @Nullable Bytes midstate(Draft draft, Bytes place, int number) {
        Bytes value = draft.get(Family.PARTS, key(MIDSTATE, place, number));
        return value == null
                ? null
                : RowValues.read(value, in -> in.blob(SaveHash.MOST_MIDSTATE_BYTES));
    }

    static void midstate(Draft draft, Bytes place, int number, Bytes midstate) {
        draft.put(
                Family.PARTS,
                key(MIDSTATE, place, number),
                RowValues.begin()
                        .blob("midstate", midstate, SaveHash.MOST_MIDSTATE_BYTES)
                        .toBytes());
    }

    /** Places of uploads whose next part is there to be hashed. */
    static Scans.Page<Bytes> hashWork(Rows rows, @Nullable Bytes after, int limit) {
        Bytes start = Bytes.wrap(new byte[] {HASH_WORK});
        Bytes from = after == null ? start : RowKeys.after(key(HASH_WORK, after));
        return Scans.page(
                rows,
                Family.PARTS,
                from,
                start.prefixEnd(),
                limit,
                (key, _) -> key.slice(1, key.length()));
    }
}
