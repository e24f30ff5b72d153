package io.lethe.node.s3.lifecycle;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * How far a bucket's lifecycle has come in one partition; kept there, so that a new leader goes on
 * where the last one was.
 *
 * <p>Encoding: format u8 = 1 ‖ setting index varint ‖ begun millis varint ‖ count varint ‖ that
 * many of lane i64, cursor i64.
 *
 * @param settingIndex of the rules: under others everything is looked at again
 * @param begunMillis when the lanes began
 * @param cursors by lane: the order before which everything was looked at
 */
record LifecycleProgress(long settingIndex, long begunMillis, Map<Long, Long> cursors) {
    private static final int FORMAT = 1;

    /** Three for each of 1,000 rules, and the one that versions which become noncurrent have. */
    private static final int MOST_LANES = 3_001;

    /** All lanes begin anew after this: for what became due without a change. */
    static final long ANEW_MILLIS = TimeUnit.DAYS.toMillis(7);

    LifecycleProgress {
        cursors = Map.copyOf(cursors);
    }

    static LifecycleProgress begin(long settingIndex, long nowMillis, SortedSet<Long> lanes) {
        Map<Long, Long> cursors = new TreeMap<>();
        lanes.forEach(lane -> cursors.put(lane, 0L));
        return new LifecycleProgress(settingIndex, nowMillis, cursors);
    }

    /**
     * Whether all lanes are to begin anew. Also where they began in what is the future by now: the
     * clock of whoever began them had jumped ahead.
     */
    boolean isOver(long nowMillis) {
        return Math.abs(nowMillis - begunMillis) >= ANEW_MILLIS;
    }

    LifecycleProgress at(long lane, long cursor) {
        Map<Long, Long> next = new TreeMap<>(cursors);
        next.put(lane, cursor);
        return new LifecycleProgress(settingIndex, begunMillis, next);
    }

    Bytes encode() {
        Encoder out = new Encoder(64 + cursors.size() * 16);
        out.u8(FORMAT).varint(settingIndex).varint(begunMillis).varint(cursors.size());
        new TreeMap<>(cursors).forEach((lane, cursor) -> out.i64(lane).i64(cursor));
        return out.toBytes();
    }

    /**
     * @throws Decoder.CorruptEncoding when it is none
     */
    static LifecycleProgress decode(Bytes encoded) {
        Decoder in = new Decoder(encoded);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("progress of a lifecycle in an unknown format");
        }
        long settingIndex = in.varint();
        long begun = in.varint();
        Map<Long, Long> cursors = new TreeMap<>();
        for (int left = in.count(MOST_LANES); left > 0; left--) {
            cursors.put(in.i64(), in.i64());
        }
        in.end();
        return new LifecycleProgress(settingIndex, begun, cursors);
    }
}
