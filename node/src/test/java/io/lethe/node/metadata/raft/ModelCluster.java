package io.lethe.node.metadata.raft;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** The model under simulated time. */
final class ModelCluster implements ReplicatedLogContract.Cluster {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Path dir;
    private final ModelTasks tasks;
    private final ModelGroup group;
    private final List<ModelReplica> replicas = new ArrayList<>();
    private final List<ReplicatedLog> logs = new ArrayList<>();

    ModelCluster(Path dir, long seed, ModelGroup.Faults faults, int voters) {
        this.dir = dir;
        RandomSource random = RandomSource.seeded(seed);
        this.tasks = new ModelTasks(random);
        this.group = new ModelGroup(tasks, random, faults, this::open, this::snapshotPlace);
        for (int i = 0; i < voters; i++) {
            add(group.found(newPeer()));
        }
    }

    private RaftPeer newPeer() {
        return new RaftPeer("model", 1 + replicas.size(), 0);
    }

    private void add(ModelReplica replica) {
        replicas.add(replica);
        logs.add(new ModelReplicatedLog(group, replica, tasks));
    }

    private ReplicatedState open(RaftPeer peer) {
        try {
            return new SequenceState(dir.resolve("state-" + peer.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path snapshotPlace(RaftPeer peer, long index) {
        try {
            return Files.createDirectories(dir.resolve("snapshot-" + peer.port() + "-" + index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelReplica replica(int number) {
        return replicas.get(number);
    }

    @Override
    public ReplicatedLog log(int replica) {
        return logs.get(replica);
    }

    @Override
    public SequenceState state(int replica) {
        return (SequenceState) replicas.get(replica).state();
    }

    @Override
    public RaftPeer peer(int replica) {
        return replicas.get(replica).peer;
    }

    @Override
    public List<Integer> running() {
        return IntStream.range(0, replicas.size()).filter(i -> replicas.get(i).up).boxed().toList();
    }

    @Override
    public void crash(int replica) {
        replicas.get(replica).crash();
    }

    @Override
    public void restart(int replica) {
        replicas.get(replica).restart();
    }

    @Override
    public int start() {
        add(group.start(newPeer()));
        return replicas.size() - 1;
    }

    @Override
    public long deadlineNanos() {
        return tasks.nanos() + TimeUnit.SECONDS.toNanos(10);
    }

    @Override
    public <T> T await(Promise<T> promise) throws Exception {
        return promise.await(tasks.nanos() + PATIENCE_NANOS);
    }

    @Override
    public void until(String what, BooleanSupplier condition) {
        long deadline = tasks.nanos() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (tasks.nanos() - deadline >= 0 || !tasks.step()) {
                throw new AssertionError("still waiting for " + what);
            }
        }
    }

    @Override
    public void close() {
        // Everything is in memory.
    }
}
