package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.chunk.DiskTimes.Kind;
import io.lethe.node.chunk.DiskTimes.Medians;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DiskTimesTest {
    private final ManualClock clock = new ManualClock();
    private final DiskTimes times = new DiskTimes(clock);

    private void take(Kind kind, long micros, int calls) {
        for (int i = 0; i < calls; i++) {
            times.record(kind, TimeUnit.MICROSECONDS.toNanos(micros));
        }
    }

    @Test
    void aMedianIsToldToAPowerOfTwoAndOnlyOfEnoughCalls() {
        take(Kind.SYNC, 1_000, 4);
        assertThat(times.medians()).isEqualTo(Medians.NONE);
        take(Kind.SYNC, 900_000, 3);
        take(Kind.READ, 1, 9);
        take(Kind.WRITE, 1_025, 9);
        assertThat(times.medians()).isEqualTo(new Medians(1, 2_048, 1_024));
    }

    @Test
    void callsOfMoreThanHalfAMinuteAgoDoNotCount() {
        take(Kind.SYNC, 1_000, 100);
        clock.advanceMillis(20_000);
        assertThat(times.medians().syncMicros()).isEqualTo(1_024);
        take(Kind.SYNC, 100_000, 99);
        assertThat(times.medians().syncMicros()).isEqualTo(1_024);
        clock.advanceMillis(15_000);
        assertThat(times.medians().syncMicros()).isEqualTo(131_072);
        clock.advanceMillis(3_600_000);
        assertThat(times.medians()).isEqualTo(Medians.NONE);
    }

    @Test
    void noCallIsTooLongToBeCounted() {
        times.record(Kind.SYNC, 0);
        times.record(Kind.SYNC, Long.MAX_VALUE);
        take(Kind.SYNC, 4_000_000_000L, 8);
        assertThat(times.medians().syncMicros()).isEqualTo(1L << 32);
    }
}
