package io.lethe.node.chunk;

import io.lethe.node.base.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The sums of one device's {@link DiskFigure}s, and how long its calls take. Any thread. */
final class DiskCounters {
    private final Map<DiskFigure, LongAdder> sums = new EnumMap<>(DiskFigure.class);

    private final DiskTimes times;

    DiskCounters(Clock clock) {
        times = new DiskTimes(clock);
        for (DiskFigure figure : DiskFigure.values()) {
            sums.put(figure, new LongAdder());
        }
    }

    DiskTimes times() {
        return times;
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
