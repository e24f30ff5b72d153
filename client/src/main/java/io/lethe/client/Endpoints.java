package io.lethe.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The gateways, used in turn so that load spreads; one that failed lately is passed over while
 * another is healthy. Safe for any thread.
 */
final class Endpoints implements AutoCloseable {
    /** Time to let connections say goodbye. */
    private static final long CLOSE_MILLIS = 2_000;

    private final List<Endpoint> all;
    private final AtomicInteger turn;

    /**
     * @param firstTurn where to begin: random, so that many clients do not begin at one gateway
     */
    Endpoints(List<Endpoint> all, int firstTurn) {
        this.all = List.copyOf(all);
        this.turn = new AtomicInteger(firstTurn);
    }

    /**
     * The next endpoint: the one whose penalty ends first, and {@code avoid} only if it is alone.
     */
    Endpoint pick(@Nullable Endpoint avoid, long nowNanos) {
        int first = Math.floorMod(turn.getAndIncrement(), all.size());
        Endpoint best = null;
        for (int i = 0; i < all.size(); i++) {
            Endpoint candidate = all.get((first + i) % all.size());
            if (candidate != avoid
                    && (best == null
                            || candidate.penaltyNanos(nowNanos) < best.penaltyNanos(nowNanos))) {
                best = candidate;
            }
        }
        return best == null ? all.get(0) : best;
    }

    @Override
    public void close() {
        all.forEach(Endpoint::close);
        all.forEach(endpoint -> endpoint.awaitClosed(CLOSE_MILLIS));
    }
}
