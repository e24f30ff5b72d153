package io.lethe.system;

import io.lethe.system.Fault.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Breaks one thing after the other, several at once, and mends each after a while. What has not
 * healed counts as broken: at most as many nodes as the code bears, and of what destroys chunks one
 * at a time, since a write may lack one of its own. One thread.
 */
final class Faults {
    /** The default code is 4+2. */
    static final int MOST_NODES = 2;

    private static final long POLL_NANOS = 300_000_000;
    private static final long MOST_PAUSE_NANOS = 5_000_000_000L;

    /** Asking what has healed costs the cluster something. */
    private static final long ASK_NANOS = 1_500_000_000L;

    /** What takes longer to heal is told of this often. */
    private static final long SAY_NANOS = 30_000_000_000L;

    /** A run goes on until each of its faults has been there; heals of a slow machine included. */
    private static final Duration MOST = Duration.ofMinutes(10);

    /** What comes again once each has been there: what heals quickly. */
    private static final List<Kind> AGAIN =
            List.of(Kind.KILL, Kind.KILL, Kind.KILL_TWO, Kind.CUT, Kind.CUT, Kind.ZOOKEEPER);

    private static final class Running {
        final Fault fault;
        boolean mended;
        long mendedNanos;
        long saidNanos;
        String healing = "";

        Running(Fault fault) {
            this.fault = fault;
        }
    }

    private final FaultBed bed;
    private final Redundancy redundancy;
    private final SplittableRandom random;
    private final List<Running> running = new ArrayList<>();
    private final long beganNanos = System.nanoTime();
    private long nextNanos = beganNanos;
    private long askedNanos = beganNanos;
    private Optional<NodeProcess> leaving = Optional.empty();

    Faults(FaultBed bed, Redundancy redundancy, SplittableRandom random) {
        this.bed = bed;
        this.redundancy = redundancy;
        this.random = random;
    }

    /** The node that was drained, or is. */
    Optional<NodeProcess> leaving() {
        return leaving;
    }

    /**
     * Returns after {@code least}, and when each of these kinds has been there; faults may still be
     * there too.
     */
    void run(Duration least, List<Kind> kinds, Runnable check) {
        Deque<Kind> due = new ArrayDeque<>(kinds);
        while (!due.isEmpty() || System.nanoTime() - beganNanos < least.toNanos()) {
            check.run();
            look();
            if (System.nanoTime() - nextNanos > 0) {
                begin(due);
            }
            if (System.nanoTime() - beganNanos > MOST.toNanos()) {
                throw new AssertionError("no room for " + due + ": " + healing());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Mends all that is broken; it heals later. */
    void mendAll() {
        running.stream().filter(one -> !one.mended).forEach(this::mend);
        bed.nodes.forEach(node -> bed.links.mend(node.number, bed.numbers()));
    }

    /** Forgets what has healed; gives what has not. */
    String healing() {
        askedNanos = 0;
        look();
        return running.stream()
                .map(one -> one.fault.description() + ": " + one.healing)
                .collect(Collectors.joining("; "));
    }

    private void look() {
        for (NodeProcess node : bed.nodes) {
            if (node.hasEnded()) {
                throw new AssertionError("node " + node.number + " has ended\n" + node.log(40));
            }
        }
        running.stream()
                .filter(one -> !one.mended && one.fault.isDue())
                .toList()
                .forEach(this::mend);
        if (System.nanoTime() - askedNanos > ASK_NANOS) {
            for (Running one : List.copyOf(running)) {
                one.healing = one.mended ? one.fault.healing() : "not mended";
                if (one.healing.isEmpty()) {
                    double seconds = (System.nanoTime() - one.mendedNanos) / 1e9;
                    say("%s has healed in %.1f s".formatted(one.fault.description(), seconds));
                    running.remove(one);
                } else if (one.mended && System.nanoTime() - one.saidNanos > SAY_NANOS) {
                    one.saidNanos = System.nanoTime();
                    say("%s heals: %s".formatted(one.fault.description(), one.healing));
                }
            }
            askedNanos = System.nanoTime();
        }
    }

    private void mend(Running one) {
        one.fault.mend();
        one.mended = true;
        one.mendedNanos = System.nanoTime();
        one.saidNanos = one.mendedNanos;
    }

    private void say(String what) {
        System.out.printf("  %6.1f s: %s%n", (System.nanoTime() - beganNanos) / 1e9, what);
    }

    private void begin(Deque<Kind> due) {
        Kind kind = due.isEmpty() ? AGAIN.get(random.nextInt(AGAIN.size())) : due.getFirst();
        Optional<Fault> fault = fits(kind) ? make(kind) : Optional.empty();
        if (fault.isPresent()) {
            Kind _ = due.poll();
            say(fault.get().description());
            Running one = new Running(fault.get());
            running.add(one);
            fault.get().begin();
        } else if (!due.isEmpty()) {
            // Another may fit sooner.
            due.addLast(due.removeFirst());
            return;
        }
        nextNanos = System.nanoTime() + random.nextLong(MOST_PAUSE_NANOS);
    }

    private boolean fits(Kind kind) {
        int nodes = kind.nodes;
        for (Running one : running) {
            nodes += one.fault.kind().nodes;
            boolean both = kind.destroys() && one.fault.kind().destroys();
            boolean same = kind.nodes == 0 && one.fault.kind() == kind;
            if (both || same) {
                return false;
            }
        }
        return nodes <= MOST_NODES;
    }

    private Optional<Fault> make(Kind kind) {
        List<NodeProcess> free = free();
        return switch (kind) {
            case ZOOKEEPER -> Optional.of(OtherFaults.zooKeeper(bed, random));
            case SPLIT -> Optional.of(OtherFaults.split(redundancy));
            case DRAIN_AND_ADD -> drainAndAdd(free);
            case FILL ->
                    free.contains(bed.small())
                            ? Optional.of(nodeFault(kind, List.of(bed.small())))
                            : Optional.empty();
            default -> {
                List<NodeProcess> hit = some(free, kind.nodes);
                yield hit.size() < kind.nodes
                        ? Optional.empty()
                        : Optional.of(nodeFault(kind, hit));
            }
        };
    }

    private Fault nodeFault(Kind kind, List<NodeProcess> nodes) {
        return new NodeFault(kind, nodes, bed, redundancy, random.split());
    }

    /** Nodes that nothing is wrong with; one may be drained. */
    private List<NodeProcess> free() {
        Set<NodeProcess> hit = new HashSet<>();
        running.forEach(
                one -> {
                    if (one.fault.kind() != Kind.DRAIN_AND_ADD) {
                        hit.addAll(one.fault.nodes());
                    }
                });
        return bed.running().stream().filter(node -> !hit.contains(node)).toList();
    }

    private List<NodeProcess> some(List<NodeProcess> of, int count) {
        List<NodeProcess> left = new ArrayList<>(of);
        List<NodeProcess> some = new ArrayList<>();
        while (some.size() < count && !left.isEmpty()) {
            some.add(left.remove(random.nextInt(left.size())));
        }
        return some;
    }

    private Optional<Fault> drainAndAdd(List<NodeProcess> free) {
        List<NodeProcess> places = bed.nodes.stream().filter(node -> !node.runs()).toList();
        List<NodeProcess> stay =
                free.stream().filter(node -> node.number != bed.small().number).toList();
        boolean allRun = bed.running().size() == FaultBed.FOUNDERS;
        if (!allRun || stay.isEmpty()) {
            return Optional.empty();
        }
        NodeProcess one = some(stay, 1).getFirst();
        leaving = Optional.of(one);
        return Optional.of(OtherFaults.drainAndAdd(one, places.getFirst(), redundancy));
    }
}
