package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows about single segments. Static and pure.
 *
 * <pre>
 * GARBAGE         since millis i64 ‖ segment id                    segment
 * UNDERPROTECTED  since millis i64 ‖ owner's key ‖ segment id      write id, segment
 * PG_EPOCHS       pg i64                                           epoch i32
 * </pre>
 *
 * A segment is under-protected since its owner was made, also where it replaced another.
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
