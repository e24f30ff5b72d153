package io.lethe.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Pauses and endpoints over a clock that stands still unless told. */
final class RetriesTest {
    private static final long SEED = 7;

    private long nowNanos;

    private static LetheException overloaded() {
        return LetheException.of(ErrorCode.OVERLOADED, "busy");
    }

    private Wiring wiring() {
        Endpoints none =
                new Endpoints(
                        List.of(
                                new Endpoint(
                                        "a:1",
                                        () -> {
                                            throw new IllegalStateException("not to be used");
                                        })),
                        0);
        return new Wiring(
                none,
                new RequestSigner("k", "s", () -> 0, () -> new byte[16]),
                new RetryPolicy(
                        6,
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1)),
                Timer.real(),
                () -> nowNanos,
                new Random(SEED),
                () -> new byte[16],
                ConcurrentHashMap.newKeySet());
    }

    @Test
    void pausesDoubleUpToTheLongestAndSpreadOverTheirUpperHalf() {
        Retries retries = new Retries(wiring(), "call", Retries.UNLIMITED);
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long pause = retries.pauseNanos(overloaded(), false, 0);
            millis.add(TimeUnit.NANOSECONDS.toMillis(pause));
        }
        assertThat(millis.get(0)).as("seed " + SEED).isBetween(50L, 100L);
        assertThat(millis.get(1)).isBetween(100L, 200L);
        assertThat(millis.get(2)).isBetween(200L, 400L);
        assertThat(millis.get(3)).isBetween(250L, 500L);
        assertThat(millis.get(4)).isBetween(250L, 500L);
        assertThat(retries.pauseNanos(overloaded(), false, 0)).isNegative();
    }

    @Test
    void progressCountsAnew() {
        Retries retries = new Retries(wiring(), "call", Retries.UNLIMITED);
        for (int i = 0; i < 50; i++) {
            assertThat(retries.pauseNanos(overloaded(), true, 0)).isPositive();
        }
    }

    @Test
    void serversOwnPauseIsKept() {
        Retries retries = new Retries(wiring(), "call", Retries.UNLIMITED);
        assertThat(retries.pauseNanos(overloaded(), false, 3_000))
                .isEqualTo(TimeUnit.SECONDS.toNanos(3));
    }

    @Test
    void pauseThatWouldPassTheDeadlineIsNotBegun() {
        Retries retries = new Retries(wiring(), "HeadObject", TimeUnit.MILLISECONDS.toNanos(40));
        nowNanos = TimeUnit.MILLISECONDS.toNanos(10);
        LetheException busy = overloaded();
        assertThat(retries.pauseNanos(busy, false, 0)).isNegative();
        assertThat(retries.verdict(busy).code()).isEqualTo(ErrorCode.DEADLINE);
        assertThat(retries.verdict(busy)).hasMessageContaining("HeadObject gave up").hasCause(busy);
    }

    @Test
    void failureThatRepeatsCannotHelpEndsItAtOnce() {
        Retries retries = new Retries(wiring(), "call", Retries.UNLIMITED);
        LetheException missing = LetheException.of(ErrorCode.NO_SUCH_KEY, "nothing there");
        assertThat(retries.pauseNanos(missing, false, 0)).isNegative();
        assertThat(retries.verdict(missing)).isSameAs(missing);
    }

    private static Endpoint endpoint(String name) {
        return new Endpoint(
                name,
                () -> {
                    throw new IllegalStateException("not to be used");
                });
    }

    @Test
    void endpointsTakeTurnsAndFailedOnesWait() {
        Endpoint a = endpoint("a");
        Endpoint b = endpoint("b");
        Endpoint c = endpoint("c");
        Endpoints endpoints = new Endpoints(List.of(a, b, c), 0);
        assertThat(List.of(endpoints.pick(null, 0), endpoints.pick(null, 0))).containsExactly(a, b);
        assertThat(endpoints.pick(c, 0)).as("the one to avoid").isEqualTo(a);
        a.failed(0);
        c.failed(0);
        for (int i = 0; i < 5; i++) {
            assertThat(endpoints.pick(null, 1)).isEqualTo(b);
        }
        b.failed(1);
        b.failed(1);
        assertThat(endpoints.pick(a, 2)).as("ends first but for a").isEqualTo(c);
        a.succeeded();
        assertThat(endpoints.pick(null, 2)).isEqualTo(a);
    }

    @Test
    void penaltyDoublesToABound() {
        Endpoint endpoint = endpoint("a");
        endpoint.failed(0);
        assertThat(endpoint.penaltyNanos(0)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
        for (int i = 0; i < 40; i++) {
            endpoint.failed(0);
        }
        assertThat(endpoint.penaltyNanos(0)).isEqualTo(TimeUnit.SECONDS.toNanos(32));
        assertThat(endpoint.penaltyNanos(TimeUnit.SECONDS.toNanos(33))).isZero();
    }

    @Test
    void onlyEndpointIsUsedEvenIfItFailed() {
        Endpoint only = endpoint("a");
        only.failed(0);
        assertThat(new Endpoints(List.of(only), 5).pick(only, 0)).isEqualTo(only);
    }
}
