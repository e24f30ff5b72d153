package io.lethe.node.sim;

import io.lethe.node.sim.SimLoop.Life;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Messages between nodes: late, lost, out of order, cut in one direction. A message reaches the
 * life that its node has at arrival, once it no longer pauses; the dead neither send nor receive.
 */
final class SimNetwork {
    static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long USUAL_NANOS = MILLI;
    private static final long LATE_NANOS = 700 * MILLI;

    private final SimLoop loop;
    private final List<Life> lives = new ArrayList<>();
    private final boolean[][] cut;
    int lostPerThousand;
    int latePerThousand;

    SimNetwork(SimLoop loop, int nodes) {
        this.loop = loop;
        cut = new boolean[nodes][nodes];
        for (int i = 0; i < nodes; i++) {
            Life none = new Life("node-" + i, i);
            none.dead = true;
            lives.add(none);
        }
    }

    void live(int node, Life life) {
        lives.set(node, life);
    }

    Life life(int node) {
        return lives.get(node);
    }

    void cut(int from, int to, boolean on) {
        cut[from][to] = on;
    }

    boolean reaches(int from, int to) {
        return from == to || !cut[from][to];
    }

    /** Whether two nodes run and hear each other: what a quorum is made of. */
    boolean linked(int one, int other) {
        return runs(one) && runs(other) && reaches(one, other) && reaches(other, one);
    }

    boolean runs(int node) {
        return !lives.get(node).dead && !lives.get(node).pausedAt(loop.nanos());
    }

    long delay(int from, int to) {
        if (from == to) {
            return loop.within(USUAL_NANOS / 20);
        }
        return loop.chance(latePerThousand) ? loop.within(LATE_NANOS) : loop.within(USUAL_NANOS);
    }

    /** Sends; exactly one of the two is called, unless the sender is dead by then. */
    void send(Life from, int to, Consumer<Life> deliver, Runnable lost) {
        if (from.dead) {
            return;
        }
        boolean drop = !reaches(from.node, to) || (from.node != to && loop.chance(lostPerThousand));
        long delay = delay(from.node, to);
        if (drop) {
            loop.after(delay, lost);
        } else {
            loop.after(delay, () -> arrive(from, to, deliver, lost));
        }
    }

    private void arrive(Life from, int to, Consumer<Life> deliver, Runnable lost) {
        Life there = lives.get(to);
        if (there.pausedAt(loop.nanos())) {
            loop.after(
                    there.pausedUntilNanos - loop.nanos() + 1,
                    () -> arrive(from, to, deliver, lost));
        } else if (there.dead) {
            lost.run();
        } else {
            deliver.accept(there);
        }
    }
}
