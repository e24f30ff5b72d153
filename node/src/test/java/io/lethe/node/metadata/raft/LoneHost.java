package io.lethe.node.metadata.raft;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.VirtualTasks;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A host of replicas that reaches no other, for tests of what lies on one node. */
public final class LoneHost implements AutoCloseable {
    private static final AtomicInteger PORTS = new AtomicInteger(40_000);
    private static final int ELECTION_MILLIS = 60_000;

    private final InMemoryRaftNetwork network = new InMemoryRaftNetwork();
    private final List<Throwable> halts = new CopyOnWriteArrayList<>();
    private final RaftHost host;

    public LoneHost(Path dir) throws Exception {
        RaftAddress address = new RaftAddress("node", PORTS.incrementAndGet());
        host =
                RaftHost.start(
                        new RaftSettings(
                                dir, address, ELECTION_MILLIS, 16 << 20, 32 << 20, 5000, 1L << 30),
                        new RaftHost.Environment(
                                network.transport(address),
                                new VirtualTasks(
                                        Clock.system(), (_, failure) -> halts.add(failure)),
                                RandomSource.secure(),
                                new TestKeyWrap(),
                                (_, cause) -> halts.add(cause)));
    }

    public RaftHost host() {
        return host;
    }

    public List<Throwable> halts() {
        return halts;
    }

    @Override
    public void close() {
        host.close();
        network.close();
    }
}
