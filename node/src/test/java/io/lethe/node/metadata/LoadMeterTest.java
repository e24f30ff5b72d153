package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.HandClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadMeterTest {
    private final HandClock clock = new HandClock();
    private final LoadMeter meter = new LoadMeter(clock);

    private void load(int perSecond, int seconds) {
        for (int i = 0; i < perSecond * seconds; i++) {
            clock.advance(Duration.ofSeconds(1).dividedBy(perSecond));
            meter.count();
        }
    }

    @Test
    void aSteadyLoadIsShownWithinMinutesAndForgottenAsSoon() {
        assertThat(meter.perSecond()).isZero();
        load(200, 1);
        assertThat(meter.perSecond()).as("a burst").isBetween(1L, 5L);
        load(200, 300);
        assertThat(meter.perSecond()).isBetween(195L, 205L);
        clock.advance(Duration.ofMinutes(1));
        assertThat(meter.perSecond()).isBetween(70L, 78L);
        clock.advance(Duration.ofMinutes(10));
        assertThat(meter.perSecond()).isZero();
    }
}
