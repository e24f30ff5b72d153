package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DiskLoadTest {
    private static final long MIB = 1 << 20;

    private final ManualClock clock = new ManualClock();
    private final DiskLoad load = new DiskLoad(clock);

    private void busy(long millis) {
        load.entered();
        clock.advanceMillis(millis);
        load.left();
    }

    @Test
    void aDeviceThatNobodyUsesIsFree() {
        assertThat(load.foregroundShare()).isZero();
        clock.advanceMillis(100_000);
        assertThat(load.foregroundShare()).isZero();
    }

    @Test
    void callsAtOnceCountAsOne() {
        for (int i = 0; i < 40; i++) {
            load.entered();
            busy(250);
            load.left();
            clock.advanceMillis(750);
        }
        assertThat(load.foregroundShare()).isCloseTo(0.25, within(0.03));
    }

    @Test
    void theShareIsThatOfTheLastTenSeconds() {
        busy(60_000);
        assertThat(load.foregroundShare()).isEqualTo(1);
        clock.advanceMillis(5_000);
        assertThat(load.foregroundShare()).isCloseTo(0.5, within(0.06));
        clock.advanceMillis(5_001);
        assertThat(load.foregroundShare()).isZero();
        clock.advanceMillis(3_600_000);
        busy(1_000);
        assertThat(load.foregroundShare()).isCloseTo(0.1, within(0.02));
    }

    @Test
    void theBackgroundGetsItsShareOfWhatIsFreeButNeverLessThanTheFloor() {
        clock.advanceMillis(20_000);
        for (int i = 0; i < 500; i++) {
            load.measured(10 * MIB, 100_000_000);
        }
        assertThat(load.bytesPerSecond()).isCloseTo(100 * MIB, within(MIB));
        assertThat(load.allowance(30, MIB)).isCloseTo(30 * MIB, within(MIB));
        for (int i = 0; i < 20; i++) {
            busy(500);
            clock.advanceMillis(500);
        }
        assertThat(load.allowance(30, MIB)).isCloseTo(15 * MIB, within(MIB));
        busy(60_000);
        assertThat(load.allowance(30, MIB)).isEqualTo(MIB);
    }

    @Test
    void smallTransfersSayNothingOfTheRate() {
        long before = load.bytesPerSecond();
        load.measured(4_096, 1);
        load.measured(10 * MIB, 0);
        assertThat(load.bytesPerSecond()).isEqualTo(before);
    }

    /** Four at once take as long as one after the other would: the rate is the device's. */
    @Test
    void transfersBesideEachOtherAreMeasuredTogether() {
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 4; i++) {
                load.began();
            }
            clock.advanceMillis(40);
            for (int i = 0; i < 4; i++) {
                load.ended(MIB);
            }
            clock.advanceMillis(1_000);
        }
        assertThat(load.bytesPerSecond()).isCloseTo(100 * MIB, within(MIB));
    }

    @Test
    void aQuickerRateIsBelievedSoonerThanASlowerOne() {
        load.measured(100 * MIB, 1_000_000_000);
        assertThat(load.bytesPerSecond()).isEqualTo(100 * MIB);
        load.measured(20 * MIB, 1_000_000_000);
        assertThat(load.bytesPerSecond()).isEqualTo(95 * MIB);
        load.measured(135 * MIB, 1_000_000_000);
        assertThat(load.bytesPerSecond()).isEqualTo(105 * MIB);
    }
}
