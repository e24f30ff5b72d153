package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.chunk.DiskTimes.Medians;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowRuleTest {
    private static Medians syncing(long millis) {
        return new Medians(0, 0, millis * 1_000);
    }

    private static List<Medians> others(long... millis) {
        List<Medians> all = new ArrayList<>();
        for (long one : millis) {
            all.add(syncing(one));
        }
        return all;
    }

    @Test
    void aDeviceFarAboveTheOthersIsSlow() {
        assertThat(SlowRule.judge(syncing(100), others(4, 8, 8))).contains("50 ms", "8.0 ms");
        assertThat(SlowRule.judge(new Medians(64_000, 0, 0), List.of())).isNull();
        Medians reads = new Medians(128_000, 0, 4_000);
        List<Medians> quick = List.of(new Medians(500, 0, 0), reads, new Medians(900, 0, 0));
        assertThat(SlowRule.judge(reads, quick)).contains("reads");
    }

    @Test
    void aDeviceThatOthersAreLikeIsNot() {
        assertThat(SlowRule.judge(syncing(100), others(16, 16, 100))).isNull();
        assertThat(SlowRule.judge(syncing(900), others(900, 800, 2))).isNull();
    }

    @Test
    void aQuickDeviceIsNotSlowHoweverQuickTheOthersAre() {
        assertThat(SlowRule.judge(syncing(49), others(1, 1, 1))).isNull();
    }

    @Test
    void fewOthersSayNothingAndASecondIsSlowAnyway() {
        assertThat(SlowRule.judge(syncing(900), others(1, 1))).isNull();
        assertThat(SlowRule.judge(syncing(900), others(1, 1, 0, 0))).isNull();
        assertThat(SlowRule.judge(syncing(1_000), List.of())).contains("syncs");
        assertThat(SlowRule.judge(syncing(1_000), others(2_000, 2_000, 2_000))).isNotNull();
        assertThat(SlowRule.judge(Medians.NONE, others(1, 1, 1))).isNull();
    }
}
