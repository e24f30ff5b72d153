package io.lethe.node.chunk;

import io.lethe.node.chunk.DiskTimes.Kind;
import io.lethe.node.chunk.DiskTimes.Medians;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether a device is slow, by its own latencies and those of the cluster's others. Pure. */
final class SlowRule {
    /** Nothing quicker than this is called slow, whatever others do: a disk that is in use. */
    static final long LEAST_MICROS = 50_000;

    /** A median from here on is slow, whatever others do: a second for one call. */
    static final long MOST_MICROS = 1_000_000;

    /** So many times the median of the others' medians is far above them. */
    static final int FACTOR = 8;

    /** Fewer others say nothing of what is usual. */
    static final int LEAST_OTHERS = 3;

    private SlowRule() {}

    /** Why it is slow, for a person; null when it is not. */
    static @Nullable String judge(Medians own, List<Medians> others) {
        for (Kind kind : Kind.values()) {
            long mine = own.of(kind);
            String what = "half of its " + kind.name().toLowerCase(Locale.ROOT) + "s take ";
            if (mine >= MOST_MICROS) {
                return what + "more than " + mine / 2_000 + " ms";
            }
            long[] theirs = others.stream().mapToLong(o -> o.of(kind)).filter(m -> m > 0).toArray();
            if (mine < LEAST_MICROS || theirs.length < LEAST_OTHERS) {
                continue;
            }
            java.util.Arrays.sort(theirs);
            long usual = theirs[theirs.length / 2];
            if (mine >= FACTOR * usual) {
                return what
                        + "more than "
                        + mine / 2_000
                        + " ms, those of the cluster's other devices "
                        + usual / 1_000.0
                        + " ms at most";
            }
        }
        return null;
    }
}
