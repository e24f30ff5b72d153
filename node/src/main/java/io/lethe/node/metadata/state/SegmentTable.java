package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import org.jspecify.annotations.Nullable;

/**
 * The rows about single segments. Static and pure.
 *
 * <pre>
 * GARBAGE         since millis i64 ‖ segment id                    segment
 * UNDERPROTECTED  since millis i64 ‖ version key ‖ segment id      write id, segment
 * PG_EPOCHS       pg i64                                           epoch i32
 * </pre>
 *
 * A segment is under-protected since its version was made, also where it replaced another.
 */
final class SegmentTable {
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

    private static Bytes thinKey(VersionRow row, SegmentId segment) {
        Encoder out = new Encoder(256).i64(row.createdMillis());
        out.raw(RowKeys.versionKey(row.bucket(), row.key(), row.order()));
        segment.id().encode(out);
        return out.toBytes();
    }

    /** What {@link #thinKey} says of the version. */
    static RowKeys.Parsed versionOfThin(Bytes key) {
        return RowKeys.parse(key.slice(0, key.length() - 16), 8);
    }

    /**
     * Enters, changes or removes the row of a segment of {@code row}, as its missing chunks say.
     */
    static void protection(Draft draft, VersionRow row, SegmentRef segment) {
        Bytes key = thinKey(row, segment.segment());
        if (segment.missing() == 0) {
            protectionGone(draft, row, segment);
            return;
        }
        if (!draft.has(Family.UNDERPROTECTED, key)) {
            draft.head.underprotected++;
        }
        draft.put(Family.UNDERPROTECTED, key, new RowValues.Thin(row.write(), segment).encode());
    }

    /** The version or the segment is gone: so is its row. */
    static void protectionGone(Draft draft, VersionRow row, SegmentRef segment) {
        Bytes key = thinKey(row, segment.segment());
        if (draft.has(Family.UNDERPROTECTED, key)) {
            draft.head.underprotected--;
            draft.delete(Family.UNDERPROTECTED, key);
        }
    }

    private static Bytes pgKey(PgId pg) {
        return new Encoder(16).i64(pg.value()).toBytes();
    }

    /** The lowest epoch of the group that a commit may name. */
    static int leastEpoch(Draft draft, PgId pg) {
        Bytes value = draft.get(Family.PG_EPOCHS, pgKey(pg));
        return value == null ? 0 : RowValues.read(value, FieldReader::int32);
    }

    static void raiseEpoch(Draft draft, PgId pg, int epoch) {
        if (epoch > leastEpoch(draft, pg)) {
            draft.put(Family.PG_EPOCHS, pgKey(pg), RowValues.begin().int32(epoch).toBytes());
        }
    }

    /** The first segment whose group has moved on since it was written; null when none has. */
    static @Nullable PgId outdated(Draft draft, Iterable<SegmentRef> segments) {
        PgId last = new PgId(-1);
        int least = 0;
        for (SegmentRef segment : segments) {
            if (!segment.pg().equals(last)) {
                last = segment.pg();
                least = leastEpoch(draft, last);
            }
            if (segment.pgEpoch() < least) {
                return last;
            }
        }
        return null;
    }
}
