package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What other nodes' clocks said lately, and whether this node's agrees. A node can't know who is
 * wrong, so the majority is right: this clock is trusted unless more than half of the nodes heard
 * lately, this one counted among them, are certainly more than a second away from it. So one of two
 * nodes is never accused, and a node that hears nobody is trusted.
 *
 * <p>A clock was read somewhere between request and answer: each reading is an interval, and only
 * what lies outside of it by more than a second counts. Readings are kept relative to the monotonic
 * clock, so that a jump of this node's own clock shows at once. Written by one task; {@link
 * #trusted} is safe for any thread.
 */
public final class PeerClocks implements ClockCheck {
    /** Protocols, version order: a node whose clock is off by more does not lead. */
    static final long MOST_OFF_MILLIS = 1_000;

    /** In a minute two clocks part by some milliseconds (100 ppm). */
    static final long MOST_AGE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Nodes heard within a minute; more would say the same. */
    static final int MOST_READINGS = 64;

    /** Another node's wall clock less this node's monotonic one, in ms: between the two bounds. */
    private record Reading(NodeId node, long leastMillis, long mostMillis, long atNanos) {}

    private final Clock clock;
    private volatile List<Reading> readings = List.of();

    /** Whether there is another node that could be heard; until that is known, yes. */
    private volatile boolean others = true;

    public PeerClocks(Clock clock) {
        this.clock = clock;
    }

    /**
     * A node's clock was read.
     *
     * @param askedNanos this node's monotonic clock before the question
     * @param answeredNanos and after the answer
     */
    void heard(NodeId node, long wallMillis, long askedNanos, long answeredNanos) {
        List<Reading> next = new ArrayList<>();
        next.add(
                new Reading(
                        node,
                        wallMillis - TimeUnit.NANOSECONDS.toMillis(answeredNanos),
                        wallMillis - TimeUnit.NANOSECONDS.toMillis(askedNanos),
                        answeredNanos));
        for (Reading old : readings) {
            boolean young = answeredNanos - old.atNanos() < MOST_AGE_NANOS;
            if (young && !old.node().equals(node) && next.size() < MOST_READINGS) {
                next.add(old);
            }
        }
        readings = List.copyOf(next);
    }

    @Override
    public boolean trusted() {
        return standing().trusted();
    }

    @Override
    public boolean confirmed() {
        Standing standing = standing();
        return standing.against() == 0 && (standing.heard() > 0 || !others);
    }

    /** Whether the cluster has other nodes. */
    void others(boolean exist) {
        others = exist;
    }

    /**
     * How this clock stands against the others.
     *
     * @param heard other nodes lately
     * @param against how many of them are more than a second away
     */
    record Standing(int heard, int against) {
        boolean trusted() {
            return against * 2 <= heard + 1;
        }
    }

    Standing standing() {
        // Between these two readings this thread may have been stopped for long.
        long beforeNanos = clock.nanos();
        long wallMillis = clock.wallMillis();
        long afterNanos = clock.nanos();
        long least = wallMillis - TimeUnit.NANOSECONDS.toMillis(afterNanos);
        long most = wallMillis - TimeUnit.NANOSECONDS.toMillis(beforeNanos);
        int heard = 0;
        int against = 0;
        for (Reading reading : readings) {
            if (afterNanos - reading.atNanos() < MOST_AGE_NANOS) {
                heard++;
                boolean early = most < reading.leastMillis() - MOST_OFF_MILLIS;
                boolean late = least > reading.mostMillis() + MOST_OFF_MILLIS;
                against += (early || late) ? 1 : 0;
            }
        }
        return new Standing(heard, against);
    }
}
