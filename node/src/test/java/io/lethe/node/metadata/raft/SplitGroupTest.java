package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import io.lethe.node.model.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups that begin at a snapshot: children of a split. */
class SplitGroupTest {
    private static final GroupId GROUP = new GroupId(9);
    private static final AtomicInteger PORTS = new AtomicInteger(30_000);
    private static final long INDEX = 1;
    private static final int ELECTION_MILLIS = 300;

    /** Longer than the test waits for anything. */
    private static final int LONG_ELECTION_MILLIS = 60_000;

    @TempDir Path temp;
    private final Clock clock = Clock.system();
    private final InMemoryRaftNetwork network = new InMemoryRaftNetwork();
    private final List<Throwable> halts = new ArrayList<>();
    private final List<RaftHost> hosts = new ArrayList<>();
    private final List<RaftPeer> peers =
            IntStream.range(0, 3)
                    .mapToObj(_ -> new RaftPeer("node", PORTS.incrementAndGet(), 0))
                    .toList();

    @AfterEach
    void close() {
        hosts.forEach(RaftHost::close);
        network.close();
    }

    private Path dir(int number) {
        return temp.resolve("n" + number);
    }

    private RaftHost host(int number) throws Exception {
        return host(number, ELECTION_MILLIS);
    }

    private RaftHost host(int number, int electionMillis) throws Exception {
        RaftAddress address = peers.get(number).address();
        RaftSettings settings =
                new RaftSettings(
                        dir(number), address, electionMillis, 16 << 20, 32 << 20, 5000, 1L << 30);
        RaftHost host =
                RaftHost.start(
                        settings,
                        new RaftHost.Environment(
                                network.transport(address),
                                new VirtualTasks(clock, (_, failure) -> halts.add(failure)),
                                RandomSource.secure(),
                                new TestKeyWrap(),
                                (_, cause) -> halts.add(cause)));
        hosts.add(host);
        return host;
    }

    /** A state that was one entry long when it was split off, and its replica's store. */
    private SequenceState born(RaftHost host, int number) throws Exception {
        SequenceState state = new SequenceState(dir(number).resolve("state"));
        byte[] _ = state.apply(INDEX, INDEX, "first".getBytes(StandardCharsets.UTF_8));
        host.found(new ReplicaSpec(GROUP, 0, true, peers, List.of()), INDEX, state::saveSnapshot);
        return state;
    }

    private static ReplicaSpec spec(boolean fresh) {
        return new ReplicaSpec(GROUP, 0, fresh, List.of(), List.of());
    }

    private void until(String what, BooleanSupplier condition) throws Exception {
        long deadline = clock.nanos() + TimeUnit.SECONDS.toNanos(40);
        CountDownLatch never = new CountDownLatch(1);
        while (!condition.getAsBoolean()) {
            assertThat(clock.nanos() - deadline).as("%s; halts %s", what, halts).isNegative();
            var _ = never.await(5, TimeUnit.MILLISECONDS);
        }
    }

    private void propose(List<ReplicatedLog> logs, String command) throws Exception {
        until(
                "somebody applies " + command,
                () ->
                        logs.stream()
                                .filter(log -> log.leadership().isLeader())
                                .anyMatch(log -> applied(log, command)));
    }

    private boolean applied(ReplicatedLog log, String command) {
        try {
            return log.propose(command.getBytes(StandardCharsets.UTF_8))
                            .await(clock.nanos() + TimeUnit.SECONDS.toNanos(5))
                    instanceof ProposeResult.Applied;
        } catch (Exception e) {
            return false;
        }
    }

    @Test
    void aReplicaThatMissedTheSplitIsSentWhatTheFoundersBeganWith() throws Exception {
        List<SequenceState> states = new ArrayList<>();
        List<ReplicatedLog> logs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            RaftHost host = host(i);
            SequenceState state = born(host, i);
            states.add(state);
            logs.add(host.open(spec(false), state));
        }
        propose(logs, "second");
        SequenceState late = new SequenceState(dir(2).resolve("state"));
        ReplicatedLog joined = host(2).open(spec(true), late);
        until("the late one has it all", () -> late.appliedIndex() >= states.get(0).appliedIndex());
        assertThat(late.commands()).isEqualTo(states.get(0).commands());
        assertThat(late.commands()).startsWith("first");
        assertThat(joined.membership().voters()).containsExactlyInAnyOrderElementsOf(peers);
        assertThat(halts).isEmpty();
    }

    @Test
    void replicasThatMissedTheSplitNeverLeadWithoutIt() throws Exception {
        List<ReplicatedLog> empty = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            empty.add(host(i).open(spec(true), new SequenceState(dir(i).resolve("state"))));
        }
        // Several elections' time.
        CountDownLatch never = new CountDownLatch(1);
        var _ = never.await(2, TimeUnit.SECONDS);
        assertThat(empty).noneMatch(log -> log.leadership().isLeader());
    }

    @Test
    void whoeverIsToLeadDoesSoAsSoonAsAnotherIsThere() throws Exception {
        RaftHost first = host(0, LONG_ELECTION_MILLIS);
        ReplicatedLog leader = first.openToLead(spec(false), born(first, 0));
        CountDownLatch never = new CountDownLatch(1);
        var _ = never.await(1, TimeUnit.SECONDS);
        assertThat(leader.leadership().isLeader()).as("alone").isFalse();
        RaftHost second = host(1, LONG_ELECTION_MILLIS);
        var _ = second.open(spec(false), born(second, 1));
        until("it leads", () -> leader.leadership().isLeader());
        propose(List.of(leader), "second");
        assertThat(halts).isEmpty();
    }
}
