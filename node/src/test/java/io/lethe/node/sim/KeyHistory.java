package io.lethe.node.sim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What was done to one key, as its clients saw it, and whether a register could have behaved so
 * (linearizability, by search with memory). An operation of unknown outcome may have taken effect
 * at any time after its start, or never. The system tests use it too.
 */
public final class KeyHistory {
    /** No object. */
    public static final int ABSENT = -1;

    /** Any object: what a listing and a failed conditional create tell. */
    public static final int ANY = -2;

    /** States looked at before the search gives up: then the history counts as sound. */
    private static final int MOST_STATES = 200_000;

    private static final long NEVER = Long.MAX_VALUE;

    /** What was done. */
    public enum Kind {
        PUT,
        CREATE,
        DELETE,
        READ
    }

    private record Op(Kind kind, int value, long start, long end, boolean sure) {}

    private record Node(Set<Integer> done, int state) {}

    private final String key;
    private final List<Op> ops = new ArrayList<>();
    private int looked;

    public KeyHistory(String key) {
        this.key = key;
    }

    public void happened(Kind kind, int value, long start, long end) {
        ops.add(new Op(kind, value, start, end, true));
    }

    public void unknown(Kind kind, int value, long start) {
        ops.add(new Op(kind, value, start, NEVER, false));
    }

    int size() {
        return ops.size();
    }

    /** True unless no order explains what was seen. */
    public boolean linearizable() {
        looked = 0;
        ops.sort(java.util.Comparator.comparingLong(Op::start));
        return search(new HashSet<>(), ABSENT, new HashSet<>());
    }

    private boolean search(Set<Integer> done, int state, Set<Node> seen) {
        long horizon = NEVER;
        boolean open = false;
        for (int i = 0; i < ops.size(); i++) {
            if (!done.contains(i) && ops.get(i).sure()) {
                open = true;
                horizon = Math.min(horizon, ops.get(i).end());
            }
        }
        if (!open || ++looked > MOST_STATES) {
            return true;
        }
        if (!seen.add(new Node(Set.copyOf(done), state))) {
            return false;
        }
        for (int i = 0; i < ops.size() && ops.get(i).start() <= horizon; i++) {
            Op op = ops.get(i);
            if (done.contains(i) || !allows(op, state)) {
                continue;
            }
            done.add(i);
            if (search(done, after(op, state), seen)) {
                return true;
            }
            done.remove(i);
        }
        return false;
    }

    private static boolean allows(Op op, int state) {
        return switch (op.kind()) {
            case PUT, DELETE -> true;
            case CREATE -> state == ABSENT;
            case READ -> op.value() == ANY ? state != ABSENT : op.value() == state;
        };
    }

    private static int after(Op op, int state) {
        return switch (op.kind()) {
            case PUT, CREATE -> op.value();
            case DELETE -> ABSENT;
            case READ -> state;
        };
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("key " + key + ":");
        for (Op op : ops) {
            text.append("\n  ").append(op);
        }
        return text.toString();
    }
}
