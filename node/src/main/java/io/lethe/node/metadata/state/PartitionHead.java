package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.model.BucketId;
import org.jspecify.annotations.Nullable;

/**
 * A partition's one row in {@link Family#META}: its range, its clock and sequence, its fence, and
 * counters that are exact at every command. A working copy of one decision, or of one answer; one
 * thread.
 *
 * <p>Key: "head". Value: format u8 = 1 ‖ from rowKey ‖ to rowKey ‖ last order, fence, state millis,
 * versions, bytes, open writes, garbage segments, garbage bytes, under-protected segments, map
 * epoch, shards from millis, pending child, sibling, phase of the sweep: varints. Format u8 = 2,
 * where it has given its range up: the same ‖ since which merge varint.
 */
final class PartitionHead {
    static final Bytes KEY = Bytes.utf8("head");

    /** The format of one whose range is given up. */
    private static final int GIVEN_UP = 2;

    /** First row key of the range, inclusive. */
    Bytes from;

    /** End of the range, exclusive; empty: to the end. */
    Bytes to;

    /** The order of the newest version that was ever written here. */
    long lastOrder;

    /** Commands of requests that were validated before this directory index are refused. */
    long fence;

    /** The state's time: the newest stamp, in milliseconds since 1970. */
    long stateMillis;

    /** Versions and delete markers. */
    long versions;

    /** Plaintext bytes of all versions. */
    long bytes;

    long openWrites;
    long garbageSegments;

    /** Plaintext bytes of garbage segments. */
    long garbageBytes;

    /** Segments with missing chunks. */
    long underprotected;

    /** Of the partition's record since it was last split; 0: it never was. */
    long mapEpoch;

    /** Shards that were opened before this time take no more versions, since another has them. */
    long shardsFromMillis;

    /** The child of a split, until a quorum of it is durable; 0: none. */
    long pendingChild;

    /** The other half of the split that is being swept. */
    long sibling;

    /** The merge for which the range was given up, by {@link HandOver}; 0: this one has it. */
    long givenUpSince;

    /** Of {@link SplitSweep}; 0: all rows lie within the range. */
    long sweepPhase;

    PartitionHead(Bytes from, Bytes to) {
        this.from = from;
        this.to = to;
    }

    static @Nullable PartitionHead read(Rows rows) {
        Bytes value = rows.get(Family.META, KEY);
        return value == null ? null : FieldReader.whole(value, PartitionHead::read);
    }

    private static PartitionHead read(FieldReader in) {
        int format = in.u8();
        if (format != RowValues.FORMAT && format != GIVEN_UP) {
            throw FieldReader.unknown("format of a partition's head", format);
        }
        PartitionHead head = new PartitionHead(in.rowKey(), in.rowKey());
        head.lastOrder = in.number();
        head.fence = in.number();
        head.stateMillis = in.number();
        head.versions = in.number();
        head.bytes = in.number();
        head.openWrites = in.number();
        head.garbageSegments = in.number();
        head.garbageBytes = in.number();
        head.underprotected = in.number();
        head.mapEpoch = in.number();
        head.shardsFromMillis = in.number();
        head.pendingChild = in.number();
        head.sibling = in.number();
        head.sweepPhase = in.number();
        head.givenUpSince = format == GIVEN_UP ? in.number() : 0;
        return head;
    }

    Change.Put toRow() {
        int format = givenUpSince == 0 ? RowValues.FORMAT : GIVEN_UP;
        FieldWriter out = new FieldWriter().u8(format).rowKey(from).rowKey(to);
        out.number(lastOrder).number(fence).number(stateMillis).number(versions).number(bytes);
        out.number(openWrites).number(garbageSegments).number(garbageBytes);
        out.number(underprotected).number(mapEpoch).number(shardsFromMillis);
        out.number(pendingChild).number(sibling).number(sweepPhase);
        if (givenUpSince != 0) {
            out.number(givenUpSince);
        }
        return new Change.Put(Family.META, KEY, out.toBytes());
    }

    boolean covers(BucketId bucket, Bytes key) {
        return covers(RowKeys.objectKey(bucket, key));
    }

    /** Whether all of a range is within this one. */
    boolean coversAll(Bytes begin, Bytes end) {
        boolean endsWithin = to.isEmpty() || (!end.isEmpty() && end.compareTo(to) <= 0);
        return givenUpSince == 0 && from.compareTo(begin) <= 0 && endsWithin;
    }

    boolean covers(Bytes rowKey) {
        return givenUpSince == 0
                && from.compareTo(rowKey) <= 0
                && (to.isEmpty() || rowKey.compareTo(to) < 0);
    }
}
