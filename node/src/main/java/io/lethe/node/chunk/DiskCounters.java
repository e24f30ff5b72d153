package io.lethe.node.chunk;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The sums of one device's {@link DiskFigure}s. Safe for any thread. */
final class DiskCounters {
    private final Map<DiskFigure, LongAdder> sums = new EnumMap<>(DiskFigure.class);

    DiskCounters() {
        for (DiskFigure figure : DiskFigure.values()) {
            sums.put(figure, new LongAdder());
        }
    }

    void add(DiskFigure figure, long amount) {
        LongAdder sum = sums.get(figure);
        if (sum != null) {
            sum.add(amount);
        }
    }

    void count(DiskFigure figure) {
        add(figure, 1);
    }

    long value(DiskFigure figure) {
        LongAdder sum = sums.get(figure);
        return sum == null ? 0 : sum.sum();
    }
}
