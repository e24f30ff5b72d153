package io.lethe.system;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Faults that hit one or two nodes, for a while. One thread. */
final class NodeFault implements Fault {
    /**
     * Longer than all time-outs that nodes and clients have in this bed: sessions 6 s, leases 5 s,
     * attempts 10 s, repair 10 s, votes 20 s, stalls 30 s, holders of leases 35 s.
     */
    private static final double STOPPED_SECONDS = 45;

    /** Below the grace of repair and far above it. */
    private static final double MOST_DEAD_SECONDS = 20;

    private static final double LEAST_FILLED_SECONDS = 15;
    private static final double MOST_CUT_SECONDS = 20;
    private static final int ROTTEN_PER_THOUSAND = 300;

    private final Kind kind;
    private final List<NodeProcess> nodes;
    private final FaultBed bed;
    private final Redundancy redundancy;
    private final SplittableRandom random;
    private final double seconds;
    private final List<Integer> deaf;
    private final List<String> lost = new ArrayList<>();
    private long beganNanos;

    /** When the damage was done, then the end of the first pass after that. */
    private double readAfterSeconds;

    private boolean passSeen;

    NodeFault(
            Kind kind,
            List<NodeProcess> nodes,
            FaultBed bed,
            Redundancy redundancy,
            SplittableRandom random) {
        this.kind = kind;
        this.nodes = nodes;
        this.bed = bed;
        this.redundancy = redundancy;
        this.random = random;
        seconds =
                switch (kind) {
                    case STOP -> STOPPED_SECONDS;
                    case FILL -> LEAST_FILLED_SECONDS + random.nextDouble() * 10;
                    case CUT -> 2 + random.nextDouble() * MOST_CUT_SECONDS;
                    case EMPTY -> random.nextDouble() * 2;
                    case ROT -> 0;
                    default -> 1 + random.nextDouble() * MOST_DEAD_SECONDS;
                };
        deaf = kind == Kind.CUT ? deaf() : List.of();
    }

    /** Whom it can't reach: one other, or all. */
    private List<Integer> deaf() {
        List<Integer> others =
                bed.running().stream()
                        .filter(node -> !nodes.contains(node))
                        .map(node -> node.number)
                        .toList();
        return random.nextBoolean() ? others : List.of(others.get(random.nextInt(others.size())));
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public List<NodeProcess> nodes() {
        return nodes;
    }

    @Override
    public void begin() {
        beganNanos = System.nanoTime();
        for (NodeProcess node : nodes) {
            switch (kind) {
                case STOP -> node.pause();
                case FILL -> fill(node);
                case CUT -> bed.links.cut(node.number, deaf);
                case ROT -> {
                    int rotten =
                            DataFiles.flipBits(
                                    node.device(),
                                    () -> random.nextInt(1000) < ROTTEN_PER_THOUSAND);
                    System.out.println("    " + rotten + " chunks with a flipped bit");
                    readAfterSeconds = System.currentTimeMillis() / 1e3;
                }
                case EMPTY -> {
                    lost.addAll(redundancy.needed(node));
                    node.kill();
                    node.emptyDevice();
                }
                default -> node.kill();
            }
        }
    }

    /** Where nothing could be mounted, less is allowed to the device than it has. */
    private void fill(NodeProcess node) {
        if (bed.disk().mounted()) {
            bed.disk().fill();
        } else {
            node.kill();
            node.start(FaultBed.NO_ROOM);
        }
    }

    @Override
    public boolean isDue() {
        return System.nanoTime() - beganNanos > seconds * 1e9;
    }

    @Override
    public void mend() {
        for (NodeProcess node : nodes) {
            switch (kind) {
                case STOP -> node.resume();
                case CUT -> bed.links.mend(node.number, deaf);
                case ROT -> {
                    // The cluster mends it.
                }
                case FILL -> {
                    if (bed.disk().mounted()) {
                        bed.disk().free();
                    } else {
                        node.kill();
                        node.start();
                    }
                }
                default -> node.start();
            }
        }
    }

    @Override
    public String healing() {
        for (NodeProcess node : nodes) {
            if (kind == Kind.ROT && !isScrubbed(node)) {
                return "node " + node.number + " has not been read through";
            }
            String lacking = redundancy.lackingOn(node, lost);
            if (!lacking.isEmpty()) {
                return "node " + node.number + ": " + lacking;
            }
        }
        return "";
    }

    /** Whether a pass has ended since the first that ended after the damage. */
    private boolean isScrubbed(NodeProcess node) {
        double end = node.metric("lethe_scrub_last_pass_end_seconds");
        if (end > readAfterSeconds && !passSeen) {
            passSeen = true;
            readAfterSeconds = end;
        }
        return passSeen && end > readAfterSeconds;
    }

    @Override
    public String description() {
        String of = nodes.stream().map(node -> node.number).toList().toString();
        return "%s of %s for %.1f s%s"
                .formatted(kind, of, seconds, deaf.isEmpty() ? "" : ", towards " + deaf);
    }
}
