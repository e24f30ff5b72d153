package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.client.LetheClient;
import io.lethe.client.model.Versioning;
import io.lethe.system.Fault.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Whatever breaks at once, as long as it is not more than the code bears: no acknowledged write is
 * lost, no wrong byte is served, nothing deleted comes back; and when nothing more breaks,
 * redundancy comes back to full, so that any two nodes may be lost. Three runs of two minutes on
 * one cluster, in which each kind of fault comes up; with {@code --long} ten minutes each, with all
 * of them in each.
 */
class CombinedFaultsTest {
    private static final boolean LONG = Boolean.getBoolean("lethe.long");
    private static final int RUNS = Integer.getInteger("lethe.faults.runs", 3);
    private static final Duration RUN =
            Duration.ofSeconds(Integer.getInteger("lethe.faults.seconds", LONG ? 600 : 120));

    /** Other kinds than all, by name, to look into one. */
    private static final String KINDS = System.getProperty("lethe.faults.kinds", "");

    private static final int CLIENTS = 6;

    /** As long as a slow machine that does other things may take for a lost node. */
    private static final Duration WHOLE_WITHIN = Duration.ofMinutes(LONG ? 20 : 6);

    /** So that there is something to break. */
    private static final int LEAST_PUTS = 60;

    private static final Duration WORKS_WITHIN = Duration.ofMinutes(3);

    @TempDir private Path dir;

    @Test
    void nothingAcknowledgedIsLostAndNothingWrongIsServed() {
        long seed = Long.getLong("lethe.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int small = random.nextInt(FaultBed.FOUNDERS);
        System.out.println("combined faults: seed " + seed + ", small disk on node " + small);
        List<List<Kind>> kinds = dealt(random);
        try (FaultBed bed = FaultBed.start(dir, small);
                LetheClient client = bed.client()) {
            List<S3Client> s3 = bed.s3();
            client.buckets().create(MixedLoad.PLAIN);
            client.buckets().create(MixedLoad.VERSIONED, "", Versioning.ENABLED);
            MixedLoad load = new MixedLoad(client, s3);
            for (int run = 0; run < RUNS; run++) {
                System.out.println("run " + (run + 1) + ": " + kinds.get(run));
                Redundancy redundancy = new Redundancy(bed, client);
                load.start(CLIENTS, random.nextLong());
                if (run == 0) {
                    Eventually.within(
                            WORKS_WITHIN, load::summary, () -> load.count("put") >= LEAST_PUTS);
                }
                Faults faults = new Faults(bed, redundancy, random.split());
                faults.run(RUN, kinds.get(run), () -> assertThat(load.violations()).isEmpty());
                faults.mendAll();
                load.stop();
                becomesWhole(bed, redundancy, faults);
                System.out.println("  " + load.summary());
                readBackWithoutAnyTwo(bed, load, random.split());
            }
            s3.forEach(S3Client::close);
        }
    }

    /** Each kind in one of the runs, or in each. */
    private static List<List<Kind>> dealt(SplittableRandom random) {
        List<Kind> all =
                KINDS.isEmpty()
                        ? new ArrayList<>(List.of(Kind.values()))
                        : new ArrayList<>(
                                Arrays.stream(KINDS.split(",", -1)).map(Kind::valueOf).toList());
        List<List<Kind>> dealt = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            dealt.add(new ArrayList<>(LONG ? shuffled(all, random) : List.of()));
        }
        int next = 0;
        for (Kind kind : LONG ? List.<Kind>of() : shuffled(all, random)) {
            dealt.get(next++ % RUNS).add(kind);
        }
        return dealt;
    }

    private static List<Kind> shuffled(List<Kind> all, SplittableRandom random) {
        List<Kind> left = new ArrayList<>(all);
        List<Kind> shuffled = new ArrayList<>();
        while (!left.isEmpty()) {
            shuffled.add(left.remove(random.nextInt(left.size())));
        }
        return shuffled;
    }

    private static void becomesWhole(FaultBed bed, Redundancy redundancy, Faults faults) {
        long from = System.nanoTime();
        Eventually.within(
                WHOLE_WITHIN,
                () -> faults.healing() + "; " + redundancy.lacking() + "\n" + bed.logs(),
                () -> faults.healing().isEmpty() && redundancy.lacking().isEmpty());
        System.out.printf(
                "  redundancy back to full %.1f s after the last fault%n",
                (System.nanoTime() - from) / 1e9);
        faults.leaving()
                .ifPresent(
                        node -> {
                            redundancy.remove(node);
                            node.kill();
                            node.forget();
                            long left = System.nanoTime();
                            Eventually.within(
                                    WHOLE_WITHIN,
                                    () -> redundancy.lacking() + "\n" + bed.logs(),
                                    () -> redundancy.lacking().isEmpty());
                            System.out.printf(
                                    "  whole without the node that was drained after %.1f s%n",
                                    (System.nanoTime() - left) / 1e9);
                        });
    }

    private static void readBackWithoutAnyTwo(
            FaultBed bed, MixedLoad load, SplittableRandom random) {
        List<NodeProcess> left = new ArrayList<>(bed.running());
        NodeProcess first = left.remove(random.nextInt(left.size()));
        NodeProcess second = left.remove(random.nextInt(left.size()));
        long from = System.nanoTime();
        first.kill();
        second.kill();
        assertThat(load.readAll(random.nextLong())).isEmpty();
        System.out.printf(
                "  without nodes %d and %d %d keys and %d versions read in %.1f s, %d"
                        + " operations explained%n",
                first.number,
                second.number,
                load.histories.keys("").size(),
                load.versions.size(),
                (System.nanoTime() - from) / 1e9,
                load.histories.size());
        for (NodeProcess node : List.of(first, second)) {
            node.start();
        }
        for (NodeProcess node : List.of(first, second)) {
            Eventually.within(WHOLE_WITHIN, () -> node.number + " does not serve", node::serves);
        }
    }
}
