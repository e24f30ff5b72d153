package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.model.GroupId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Real replicas in one process over the network in memory, each on a host of its own. */
final class RaftCluster implements ReplicatedLogContract.Cluster {
    static final GroupId GROUP = new GroupId(7);
    private static final AtomicInteger PORTS = new AtomicInteger(20_000);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A replica's place, through all its starts. */
    static final class Place {
        final RaftAddress address;
        final Path dir;
        int generation;
        boolean fresh = true;
        List<RaftPeer> founders;
        @Nullable RaftHost host;
        @Nullable ReplicatedLog log;
        @Nullable SequenceState state;

        Place(RaftAddress address, Path dir, List<RaftPeer> founders) {
            this.address = address;
            this.dir = dir;
            this.founders = founders;
        }

        RaftPeer peer() {
            return new RaftPeer(address.host(), address.port(), generation);
        }
    }

    final InMemoryRaftNetwork network = new InMemoryRaftNetwork();
    final List<Throwable> halts = new ArrayList<>();
    final List<Place> places = new ArrayList<>();
    private final Clock clock = Clock.system();
    private final Path dir;

    private final long snapshotBytesPerSecond;

    RaftCluster(Path dir, int voters) throws Exception {
        this(dir, voters, 1L << 30);
    }

    RaftCluster(Path dir, int voters, long snapshotBytesPerSecond) throws Exception {
        this.dir = dir;
        this.snapshotBytesPerSecond = snapshotBytesPerSecond;
        List<RaftPeer> founders = new ArrayList<>();
        for (int i = 0; i < voters; i++) {
            places.add(newPlace());
            founders.add(places.get(i).peer());
        }
        for (int i = 0; i < voters; i++) {
            places.get(i).founders = List.copyOf(founders);
            restart(i);
        }
    }

    private Place newPlace() {
        int port = PORTS.incrementAndGet();
        return new Place(new RaftAddress("node", port), dir.resolve("n" + port), List.of());
    }

    @Override
    public ReplicatedLog log(int replica) {
        ReplicatedLog log = places.get(replica).log;
        if (log == null) {
            throw new IllegalStateException("replica " + replica + " is down");
        }
        return log;
    }

    @Override
    public SequenceState state(int replica) {
        SequenceState state = places.get(replica).state;
        if (state == null) {
            throw new IllegalStateException("replica " + replica + " is down");
        }
        return state;
    }

    @Override
    public RaftPeer peer(int replica) {
        return places.get(replica).peer();
    }

    @Override
    public List<Integer> running() {
        return IntStream.range(0, places.size())
                .filter(i -> places.get(i).log != null)
                .boxed()
                .toList();
    }

    @Override
    public void crash(int replica) {
        Place place = places.get(replica);
        if (place.host != null) {
            place.host.close();
        }
        place.host = null;
        place.log = null;
        place.state = null;
    }

    @Override
    public void restart(int replica) throws Exception {
        Place place = places.get(replica);
        RaftSettings settings =
                new RaftSettings(
                        place.dir,
                        place.address,
                        300,
                        16 << 20,
                        32 << 20,
                        5000,
                        snapshotBytesPerSecond);
        RaftHost host =
                RaftHost.start(
                        settings,
                        new RaftHost.Environment(
                                network.transport(place.address),
                                new VirtualTasks(clock, (thread, failure) -> halts.add(failure)),
                                RandomSource.secure(),
                                new TestKeyWrap(),
                                (component, cause) -> {
                                    synchronized (halts) {
                                        halts.add(cause);
                                    }
                                }));
        try {
            SequenceState state = new SequenceState(place.dir.resolve("state-" + place.generation));
            place.log =
                    host.open(
                            new ReplicaSpec(
                                    GROUP,
                                    place.generation,
                                    place.fresh,
                                    place.founders,
                                    List.of()),
                            state);
            place.state = state;
            place.host = host;
            place.fresh = false;
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
    }

    @Override
    public int start() throws Exception {
        places.add(newPlace());
        restart(places.size() - 1);
        return places.size() - 1;
    }

    @Override
    public long deadlineNanos() {
        return clock.nanos() + TimeUnit.SECONDS.toNanos(10);
    }

    @Override
    public <T> T await(Promise<T> promise) throws Exception {
        return promise.await(clock.nanos() + PATIENCE_NANOS);
    }

    @Override
    public void until(String what, BooleanSupplier condition) throws Exception {
        long deadline = clock.nanos() + PATIENCE_NANOS;
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.getAsBoolean()) {
            if (deadline - clock.nanos() < 0) {
                throw new AssertionError("still waiting for " + what + "; halts: " + halts);
            }
            var _ = never.await(5, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < places.size(); i++) {
            crash(i);
        }
        network.close();
    }
}
