package io.lethe.system;

import java.util.List;
import java.util.SplittableRandom;

/** Faults that are not of a node's making. Static. */
final class OtherFaults {
    private static final double LEAST_DEAD_SECONDS = 3;

    private OtherFaults() {}

    /** ZooKeeper's leader dies, and comes back a while later. */
    static Fault zooKeeper(FaultBed bed, SplittableRandom random) {
        double seconds = LEAST_DEAD_SECONDS + random.nextDouble() * 7;
        return new Fault() {
            private int leader;
            private long beganNanos;

            @Override
            public Kind kind() {
                return Kind.ZOOKEEPER;
            }

            @Override
            public List<NodeProcess> nodes() {
                return List.of();
            }

            @Override
            public void begin() {
                beganNanos = System.nanoTime();
                leader = bed.zooKeeper().leader().orElse(0);
                bed.zooKeeper().kill(leader);
            }

            @Override
            public boolean isDue() {
                return System.nanoTime() - beganNanos > seconds * 1e9;
            }

            @Override
            public void mend() {
                bed.zooKeeper().startAgain(leader);
            }

            @Override
            public String healing() {
                return bed.zooKeeper().allServe() ? "" : "a server does not serve";
            }

            @Override
            public String description() {
                return "ZooKeeper's leader killed for %.1f s".formatted(seconds);
            }
        };
    }

    /** The partition that has most to do is split in the middle. */
    static Fault split(Redundancy redundancy) {
        return new Fault() {
            private String child = "";

            @Override
            public Kind kind() {
                return Kind.SPLIT;
            }

            @Override
            public List<NodeProcess> nodes() {
                return List.of();
            }

            @Override
            public void begin() {
                child = redundancy.splitHottest();
            }

            @Override
            public boolean isDue() {
                return true;
            }

            @Override
            public void mend() {
                // It goes on until both halves are whole.
            }

            @Override
            public String healing() {
                if (child.isEmpty()) {
                    // What is broken beside it may have kept it from being asked.
                    begin();
                    return "nobody takes the order";
                }
                return redundancy.notSplit(child);
            }

            @Override
            public String description() {
                return "split of the hottest partition";
            }
        };
    }

    /** A node is added while all that another has is moved off it. */
    static Fault drainAndAdd(NodeProcess leaving, NodeProcess fresh, Redundancy redundancy) {
        return new Fault() {
            @Override
            public Kind kind() {
                return Kind.DRAIN_AND_ADD;
            }

            @Override
            public List<NodeProcess> nodes() {
                return List.of(leaving);
            }

            @Override
            public void begin() {
                fresh.start();
                redundancy.drain(leaving);
            }

            @Override
            public boolean isDue() {
                return true;
            }

            @Override
            public void mend() {
                // It goes on until the node is empty.
            }

            @Override
            public String healing() {
                if (!fresh.serves()) {
                    return "node " + fresh.number + " does not serve";
                }
                return redundancy.leftOn(leaving);
            }

            @Override
            public String description() {
                return "drain of " + leaving.number + ", " + fresh.number + " added";
            }
        };
    }
}
