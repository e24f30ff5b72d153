package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import org.jspecify.annotations.Nullable;

/**
 * A partition's one row in {@link Family#META}: its range, its clock and sequence, its fence, and
 * counters that are exact at every command. A working copy of one decision, or of one answer; one
 * thread.
 *
 * <p>Key: "head". Value: format u8 = 1 ‖ from rowKey ‖ to rowKey ‖ last order, fence, state millis,
 * versions, bytes, open writes, garbage segments, garbage bytes, under-protected segments: varints.
 */
final class PartitionHead {
    private static final Bytes KEY = Bytes.utf8("head");

    /** First row key of the range, inclusive. */
    final Bytes from;

    /** End of the range, exclusive; empty: to the end. */
    final Bytes to;

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

    PartitionHead(Bytes from, Bytes to) {
        this.from = from;
        this.to = to;
    }

    static @Nullable PartitionHead read(Rows rows) {
        Bytes value = rows.get(Family.META, KEY);
        return value == null ? null : FieldReader.whole(value, PartitionHead::read);
    }

    private static PartitionHead read(FieldReader in) {
        in.format(RowValues.FORMAT);
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
        return head;
    }

    Change.Put toRow() {
        FieldWriter out = new FieldWriter().u8(RowValues.FORMAT).rowKey(from).rowKey(to);
        out.number(lastOrder).number(fence).number(stateMillis).number(versions).number(bytes);
        out.number(openWrites).number(garbageSegments).number(garbageBytes);
        return new Change.Put(Family.META, KEY, out.number(underprotected).toBytes());
    }

    boolean covers(Bytes rowKey) {
        return from.compareTo(rowKey) <= 0 && (to.isEmpty() || rowKey.compareTo(to) < 0);
    }
}
