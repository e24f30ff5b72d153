package io.lethe.node.sim;

import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.StoreException;
import io.lethe.node.sim.SimLoop.Life;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster is born, clients work while things break, faults stop, everything converges,
 * everything is read once more, and what the clients saw is checked.
 *
 * <h2>Fault model</h2>
 *
 * Simulated: messages late by up to 0.7 s, lost, out of order, repeated by retries and arriving
 * after their sender gave up; links cut in one direction; nodes cut off, paused for up to 7 s,
 * killed (all at once too) with what was not synced lost: chunks under way, tables back to their
 * last flush and replayed, or replaced by another's snapshot; leaders lost at any proposal, whose
 * outcome stays unknown and which applies or not; replicas and directory copies that lag;
 * controllers that do not know that they were succeeded; the coordination service away; one rotting
 * device; slow (for up to a minute) and full devices; clocks up to a second apart; senders that
 * dawdle; partitions split at any key and merged where nothing is, again and again; deletions of a
 * bucket by several at once, cut short by deadlines and crashes; in every third run nodes that
 * start with this build or with one that goes by a feature level less, until an operator finishes
 * the upgrade.
 *
 * <p>Not simulated: damage to a log or a table (replicas refuse to start on it), membership
 * changes, a device lost for good, torn extents (the chunk store's own crash tests do that), key
 * files and shards' upkeep (wrapping is a stand-in), tickets' MACs, holders of freshness leases
 * being waited for, the doors and their retries, anything below the ports: sockets, framing,
 * RocksDB, the Raft library, thread interleavings within a component. The replicated log is a model
 * of its own, {@link SimGroup}: a fault that only Raft's own state could have is not found here.
 */
final class Simulation {
    private static final long SECOND = 1_000 * SimNetwork.MILLI;
    private static final long CONVERGE_NANOS = 240 * SECOND;

    /**
     * What a run came to.
     *
     * @param failure null when all held
     * @param splits of partitions
     * @param merges of partitions into others
     */
    record Result(
            long seed,
            @Nullable Throwable failure,
            long events,
            long digest,
            int operations,
            int splits,
            int merges) {}

    private final long seed;
    private final SimLoop loop;
    private final Checks checks;
    private final SimCluster cluster;
    private final Tasks tasks;
    private final Workload workload;
    private String stage = "birth";
    private boolean stepDone;

    private Simulation(long seed, Plant plant) {
        this.seed = seed;
        loop = new SimLoop(seed);
        checks = new Checks(loop);
        cluster = new SimCluster(loop, plant, checks);
        checks.of(cluster);
        tasks = new SimTasks(loop, new Life("clients", 0));
        workload = new Workload(cluster, tasks, checks);
    }

    static Result run(long seed, Plant plant) {
        Simulation simulation = new Simulation(seed, plant);
        try {
            simulation.run();
        } finally {
            simulation.loop.close();
        }
        return new Result(
                seed,
                simulation.loop.failure(),
                simulation.loop.events(),
                simulation.loop.digest(),
                simulation.workload.succeeded,
                simulation.cluster.splits(),
                simulation.cluster.merges());
    }

    private void run() {
        cluster.nodes.forEach(SimNode::start);
        if (!step("birth", 120, this::bear)) {
            return;
        }
        Faults faults = new Faults(cluster, tasks);
        var _ = tasks.fork("faults", faults::run);
        workload.begin(2 + loop.random.nextInt(3), 10 + loop.random.nextInt(10));
        if (!waitFor("work", 600, workload::isOver)) {
            return;
        }
        faults.stop();
        if (!step("aborting uploads", 200, workload::abortUploads)) {
            return;
        }
        if (!step("finishing the upgrade", 200, this::finishUpgrade)) {
            return;
        }
        converge();
        if (loop.failure() == null && step("reading all", 200, workload::readAll)) {
            check(workload.unsound());
            check(new EndState(cluster).wrong());
            check(cluster.ears.wrong());
        }
    }

    private void check(String wrong) {
        if (!wrong.isEmpty()) {
            checks.violated(wrong);
        }
    }

    private interface Doing {
        void run() throws InterruptedException;
    }

    private boolean step(String name, int seconds, Doing doing) {
        stepDone = false;
        var _ =
                tasks.fork(
                        name,
                        () -> {
                            try {
                                doing.run();
                                stepDone = true;
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        });
        return waitFor(name, seconds, () -> stepDone);
    }

    private boolean waitFor(
            String name, int seconds, java.util.function.BooleanSupplier condition) {
        stage = name;
        boolean held = loop.runUntil(condition, loop.nanos() + seconds * SECOND);
        if (!held && loop.failure() == null) {
            checks.violated(stage + " did not end within " + seconds + " s of simulated time");
        }
        return held;
    }

    /** Every node is started with this build, and the level raised. */
    private void finishUpgrade() throws InterruptedException {
        cluster.builds.onlyNew();
        boolean done = !cluster.builds.mixed;
        while (!done) {
            for (SimNode node : cluster.nodes) {
                boolean old = !cluster.builds.of(node.index).speaks(FeatureLevels.HIGHEST);
                if (node.isUp() && old) {
                    node.crash();
                }
                node.startUnlessUp();
            }
            tasks.sleep(3 * SECOND);
            SimNode.Running there =
                    cluster.nodes.get(loop.random.nextInt(cluster.nodes.size())).running();
            try {
                done = there != null && Faults.finishUpgrade(there);
            } catch (StoreException e) {
                // Once more.
            }
        }
    }

    private void bear() throws InterruptedException {
        SimNode.Running first = cluster.nodes.getFirst().running();
        if (first != null) {
            cluster.bear(first.metadata);
        }
        while (Checks.newestDirectory(cluster).openPlacementGroups("standard").isEmpty()
                || Checks.newestDirectory(cluster).tenant(SimCluster.TENANT).isEmpty()) {
            tasks.sleep(SECOND / 2);
        }
        workload.makeBucket(Workload.PLAIN, BucketRecord.Versioning.OFF);
        workload.makeBucket(Workload.VERSIONED, BucketRecord.Versioning.ENABLED);
        workload.locks.begin(Workload.VERSIONED);
    }

    private void converge() {
        EndState end = new EndState(cluster);
        long deadline = loop.nanos() + CONVERGE_NANOS;
        String lacking = "not looked yet";
        while (loop.nanos() < deadline && loop.failure() == null && !lacking.isEmpty()) {
            boolean _ = loop.runUntil(() -> false, loop.nanos() + 3 * SECOND);
            lacking = end.lacking();
        }
        if (!lacking.isEmpty()) {
            checks.violated(
                    "after the faults: " + lacking + "; workers said " + cluster.workerFailures);
        }
    }

    @Override
    public String toString() {
        return "seed " + seed + " at " + stage;
    }
}
