package io.lethe.node.base;

/** Time as a constructor argument: the machine's clock in production, the simulator's in tests. */
public interface Clock {
    /** Milliseconds since 1970 UTC; may jump. */
    long wallMillis();

    /** A monotonic reading in nanoseconds; only differences mean anything. */
    long nanos();

    /** The machine's own clock. */
    static Clock system() {
        return new Clock() {
            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
    }
}
