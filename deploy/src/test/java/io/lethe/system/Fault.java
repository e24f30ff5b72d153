package io.lethe.system;

import java.util.List;

/** Something broken on purpose, that is mended after a while and then heals. One thread. */
interface Fault {
    /** What may go wrong at most with how much at once. */
    enum Kind {
        KILL(1),
        KILL_TWO(2),
        STOP(1),
        EMPTY(1),
        FILL(1),
        ROT(1),
        CUT(1),
        ZOOKEEPER(0),
        SPLIT(0),
        DRAIN_AND_ADD(0);

        /** Nodes that it takes. */
        final int nodes;

        Kind(int nodes) {
            this.nodes = nodes;
        }

        /** Whether it destroys what was durable: then nothing else may until that is made anew. */
        boolean destroys() {
            return this == EMPTY || this == ROT;
        }
    }

    Kind kind();

    List<NodeProcess> nodes();

    void begin();

    /** Whether it has lasted for long enough. */
    boolean isDue();

    void mend();

    /** What is not as it was yet, once it is mended; empty: nothing. */
    String healing();

    /** For the record. */
    String description();
}
