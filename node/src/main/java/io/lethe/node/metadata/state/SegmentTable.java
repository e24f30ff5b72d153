package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows about single segments. Static and pure.
 *
 * <pre>
 * GARBAGE         since millis i64 ‖ segment id                    segment
 * UNDERPROTECTED  since millis i64 ‖ owner's key ‖ segment id      write id, segment
 * PG_EPOCHS       pg i64                                           list of (chunk u8, epoch i32)
 * </pre>
 *
 * A segment is under-protected since its owner was made, also where it replaced another.
 */
final class SegmentTable {
    /** Chunks of a segment: k of up to 32 and m of up to 8. */
    static final int MOST_CHUNKS = 40;

    private SegmentTable() {}

    static Bytes garbageKey(long sinceMillis, SegmentId segment) {
        Encoder out = new Encoder(24).i64(sinceMillis);
        segment.id().encode(out);
        return out.toBytes();
    }

    static long sinceMillis(Bytes key) {
        return FieldReader.whole(key.slice(0, 8), FieldReader::int64);
    }

    static void makeGarbage(Draft draft, SegmentRef segment) {
        Bytes key = garbageKey(draft.millis(), segment.segment());
        if (!draft.has(Family.GARBAGE, key)) {
            draft.head.garbageSegments++;
            draft.head.garbageBytes += segment.lengthBytes();
        }
        draft.put(Family.GARBAGE, key, RowValues.segment(segment));
    }

    static void reclaimed(Draft draft, Bytes garbageKey) {
        Bytes value = draft.get(Family.GARBAGE, garbageKey);
        if (value != null) {
            draft.head.garbageSegments--;
            draft.head.garbageBytes -= RowValues.segment(value).lengthBytes();
            draft.delete(Family.GARBAGE, garbageKey);
        }
    }

    /**
     * What a segment belongs to.
     *
     * @param rowKey of a version, or of a part, which is named like one by its own order
     * @param sinceMillis when it was made
     */
    record Owner(Bytes rowKey, long sinceMillis, WriteId write) {
        static Owner of(VersionRow row) {
            return new Owner(
                    RowKeys.versionKey(row.bucket(), row.key(), row.order()),
                    row.createdMillis(),
                    row.write());
        }

        static Owner of(Bytes objectKey, PartRow part) {
            return new Owner(
                    RowKeys.versionKey(objectKey, part.order()),
                    part.createdMillis(),
                    part.write());
        }
    }

    private static Bytes thinKey(Owner owner, SegmentId segment) {
        Encoder out = new Encoder(256).i64(owner.sinceMillis()).raw(owner.rowKey());
        segment.id().encode(out);
        return out.toBytes();
    }

    /** What {@link #thinKey} says of the owner. */
    static RowKeys.Parsed ownerOfThin(Bytes key) {
        return RowKeys.parse(key.slice(0, key.length() - 16), 8);
    }

    /**
     * Enters, changes or removes the row of a segment of {@code owner}, as its missing chunks say.
     */
    static void protection(Draft draft, Owner owner, SegmentRef segment) {
        Bytes key = thinKey(owner, segment.segment());
        if (segment.missing() == 0) {
            protectionGone(draft, owner, segment);
            return;
        }
        if (!draft.has(Family.UNDERPROTECTED, key)) {
            draft.head.underprotected++;
        }
        draft.put(Family.UNDERPROTECTED, key, new RowValues.Thin(owner.write(), segment).encode());
    }

    /** The owner or the segment is gone: so is its row. */
    static void protectionGone(Draft draft, Owner owner, SegmentRef segment) {
        Bytes key = thinKey(owner, segment.segment());
        if (draft.has(Family.UNDERPROTECTED, key)) {
            draft.head.underprotected--;
            draft.delete(Family.UNDERPROTECTED, key);
        }
    }

    /** The owner is gone for good, and so are its segments. */
    static void ownerGone(Draft draft, Owner owner, List<SegmentRef> segments) {
        for (SegmentRef segment : segments) {
            protectionGone(draft, owner, segment);
            makeGarbage(draft, segment);
        }
        WriteTable.versionGone(draft, owner.rowKey(), owner.write());
    }

    private static Bytes pgKey(PgId pg) {
        return new Encoder(16).i64(pg.value()).toBytes();
    }

    private static List<Moved> moves(Draft draft, PgId pg) {
        Bytes value = draft.get(Family.PG_EPOCHS, pgKey(pg));
        return value == null ? List.of() : moves(value);
    }

    private static List<Moved> moves(Bytes value) {
        return RowValues.read(
                value, in -> in.list(MOST_CHUNKS, one -> new Moved(one.u8(), one.int32())));
    }

    /** A chunk went over to another device in this epoch, the last time. */
    private record Moved(int chunk, int epoch) {}

    /** Notes a move; one that comes late, under an epoch that was passed, changes nothing. */
    static void movedAt(Draft draft, PgId pg, int epoch, int chunk) {
        List<Moved> moves = new ArrayList<>(moves(draft, pg));
        if (moves.stream().anyMatch(one -> one.chunk() == chunk && one.epoch() >= epoch)) {
            return;
        }
        moves.removeIf(one -> one.chunk() == chunk);
        moves.add(new Moved(chunk, epoch));
        draft.put(
                Family.PG_EPOCHS,
                pgKey(pg),
                RowValues.begin()
                        .list(
                                moves,
                                MOST_CHUNKS,
                                (out, one) -> out.u8(one.chunk()).int32(one.epoch()))
                        .toBytes());
    }

    /** Below all keys of floors, and what those are told by from others. */
    static final Bytes FIRST_FLOOR = Bytes.wrap(new byte[] {(byte) 0xff});

    /** A placement group's row. */
    record Floors(List<RaisePgEpoch> raises) {}

    /**
     * Floors of placement groups.
     *
     * @param after {@link #FIRST_FLOOR}, or that and the key of the last one
     */
    static Scans.Page<Floors> floors(Rows rows, Bytes after, int limit) {
        Bytes last = after.slice(FIRST_FLOOR.length(), after.length());
        return Scans.page(
                rows,
                Family.PG_EPOCHS,
                last.isEmpty() ? last : RowKeys.after(last),
                Bytes.EMPTY,
                limit,
                (key, value) -> {
                    PgId pg = new PgId(FieldReader.whole(key, FieldReader::int64));
                    return new Floors(
                            moves(value).stream()
                                    .map(one -> new RaisePgEpoch(pg, one.epoch(), one.chunk()))
                                    .toList());
                });
    }

    static List<SegmentRef> inPlace(Draft draft, List<SegmentRef> written) {
        return written.stream().map(one -> inPlace(draft, one)).toList();
    }

    /**
     * A segment as it is to be committed: chunks that went over to another device since it was
     * written count as missing, as nobody has seen them there. A chunk that was durable at its old
     * device is taken over from there before that device is let go (see {@code repair.Transfer}),
     * so however many a code may lack, nothing is lost by this.
     */
    static SegmentRef inPlace(Draft draft, SegmentRef written) {
        SegmentRef now = written;
        for (Moved one : moves(draft, written.pg())) {
            if (written.pgEpoch() < one.epoch()) {
                now =
                        new SegmentRef(
                                now.segment(),
                                now.pg(),
                                Math.max(now.pgEpoch(), one.epoch()),
                                now.scheme(),
                                now.lengthBytes(),
                                now.missing() | 1L << one.chunk());
            }
        }
        return now;
    }
}
