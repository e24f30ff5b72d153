package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.raft.ReplicatedLog.ChangeResult;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import io.lethe.node.metadata.raft.ReplicatedLog.ReadResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link ReplicatedLog} promises; the simulator's model and the real one keep it. */
abstract class ReplicatedLogContract {
    /** A group under test. Replicas are numbered from 0 in the order of their making. */
    interface Cluster {
        ReplicatedLog log(int replica);

        SequenceState state(int replica);

        RaftPeer peer(int replica);

        /** Numbers of the replicas that run. */
        List<Integer> running();

        /** Stops a replica at once; what it had not flushed is gone. */
        void crash(int replica) throws Exception;

        void restart(int replica) throws Exception;

        /** Starts an empty replica that nobody knows yet. */
        int start() throws Exception;

        long deadlineNanos();

        <T> T await(Promise<T> promise) throws Exception;

        void until(String what, BooleanSupplier condition) throws Exception;

        void close() throws Exception;
    }

    abstract Cluster newCluster(int voters) throws Exception;

    private final List<Cluster> opened = new ArrayList<>();

    final Cluster cluster(int voters) throws Exception {
        Cluster cluster = newCluster(voters);
        opened.add(cluster);
        return cluster;
    }

    @AfterEach
    final void closeClusters() throws Exception {
        for (Cluster cluster : opened) {
            cluster.close();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static int leader(Cluster cluster) throws Exception {
        int[] found = {-1};
        cluster.until(
                "a leader",
                () -> {
                    for (int replica : cluster.running()) {
                        if (cluster.log(replica).leadership().isLeader()) {
                            found[0] = replica;
                            return true;
                        }
                    }
                    return false;
                });
        return found[0];
    }

    /** Proposes until it has certainly applied once; the text may apply more than once. */
    static ProposeResult.Applied propose(Cluster cluster, String text) throws Exception {
        ProposeResult[] last = {null};
        cluster.until(
                text + " applies",
                () -> {
                    last[0] = awaited(cluster, leading(cluster).propose(bytes(text)));
                    return last[0] instanceof ProposeResult.Applied;
                });
        return (ProposeResult.Applied) last[0];
    }

    private static ReplicatedLog leading(Cluster cluster) {
        try {
            return cluster.log(leader(cluster));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T awaited(Cluster cluster, Promise<T> promise) {
        try {
            return cluster.await(promise);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static void done(Cluster cluster, Change change) throws Exception {
        cluster.until(
                "a change",
                () -> awaited(cluster, change.on(leading(cluster))) instanceof ChangeResult.Done);
    }

    interface Change {
        Promise<ChangeResult> on(ReplicatedLog log);
    }

    static void snapshot(Cluster cluster, int replica) throws Exception {
        cluster.until(
                "a snapshot of " + replica,
                () ->
                        awaited(cluster, cluster.log(replica).snapshot())
                                instanceof ChangeResult.Done);
    }

    static void untilApplied(Cluster cluster, int replica, long index) throws Exception {
        cluster.until(
                "replica " + replica + " applies " + index,
                () -> cluster.state(replica).appliedIndex() >= index);
    }

    @Test
    final void proposalsApplyInOneOrderEverywhere() throws Exception {
        Cluster cluster = cluster(3);
        List<ProposeResult.Applied> applied = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            applied.add(propose(cluster, "c" + i));
        }
        assertThat(applied.getFirst().reply()).isEqualTo(bytes("c0!"));
        long last = applied.getLast().index();
        for (int replica = 0; replica < 3; replica++) {
            untilApplied(cluster, replica, last);
            assertThat(cluster.state(replica).commands())
                    .isEqualTo(cluster.state(0).commands())
                    .contains("c0", "c19");
            for (int i = 0; i < 20; i++) {
                assertThat(cluster.state(replica).at(applied.get(i).index())).isEqualTo("c" + i);
            }
        }
    }

    @Test
    final void aFollowerAppendsNothingAndNamesTheLeader() throws Exception {
        Cluster cluster = cluster(3);
        propose(cluster, "first");
        int leader = leader(cluster);
        int follower = (leader + 1) % 3;
        cluster.until(
                "a hint",
                () ->
                        cluster.peer(leaderNow(cluster, leader))
                                .equals(cluster.log(follower).leadership().leader()));
        ProposeResult refused = cluster.await(cluster.log(follower).propose(bytes("never")));
        if (!cluster.log(follower).leadership().isLeader()) {
            assertThat(refused).isInstanceOf(ProposeResult.NotLeader.class);
            ProposeResult.Applied later = propose(cluster, "later");
            untilApplied(cluster, follower, later.index());
            assertThat(cluster.state(follower).commands()).doesNotContain("never");
        }
    }

    private static int leaderNow(Cluster cluster, int otherwise) {
        for (int replica : cluster.running()) {
            if (cluster.log(replica).leadership().isLeader()) {
                return replica;
            }
        }
        return otherwise;
    }

    @Test
    final void aReadIndexSeesEveryAcknowledgedWrite() throws Exception {
        Cluster cluster = cluster(3);
        for (int i = 0; i < 10; i++) {
            ProposeResult.Applied applied = propose(cluster, "w" + i);
            for (int replica = 0; replica < 3; replica++) {
                ReadResult read =
                        cluster.await(cluster.log(replica).readIndex(cluster.deadlineNanos()));
                assertThat(read).isInstanceOf(ReadResult.Ready.class);
                assertThat(((ReadResult.Ready) read).index())
                        .isGreaterThanOrEqualTo(applied.index());
                assertThat(cluster.state(replica).commands()).contains("w" + i);
            }
        }
    }

    @Test
    final void anAcknowledgedCommandSurvivesTheLossOfTheLeader() throws Exception {
        Cluster cluster = cluster(3);
        ProposeResult.Applied kept = propose(cluster, "kept");
        int lost = leader(cluster);
        cluster.crash(lost);
        ProposeResult.Applied next = propose(cluster, "next");
        assertThat(next.index()).isGreaterThan(kept.index());
        cluster.restart(lost);
        untilApplied(cluster, lost, next.index());
        assertThat(cluster.state(lost).at(kept.index())).isEqualTo("kept");
        assertThat(cluster.state(lost).at(next.index())).isEqualTo("next");
    }

    @Test
    final void withoutAQuorumNothingIsAcknowledged() throws Exception {
        Cluster cluster = cluster(3);
        propose(cluster, "before");
        int left = leader(cluster);
        for (int replica = 0; replica < 3; replica++) {
            if (replica != left) {
                cluster.crash(replica);
            }
        }
        Promise<ProposeResult> proposal = cluster.log(left).propose(bytes("alone"));
        ReadResult read = cluster.await(cluster.log(left).readIndex(cluster.deadlineNanos() / 2));
        assertThat(read).isInstanceOf(ReadResult.Unavailable.class);
        assertThat(cluster.await(proposal)).isNotInstanceOf(ProposeResult.Applied.class);
    }

    @Test
    final void everyReplicaRestartsWithWhatWasAcknowledged() throws Exception {
        Cluster cluster = cluster(3);
        for (int i = 0; i < 5; i++) {
            propose(cluster, "a" + i);
        }
        for (int replica = 0; replica < 3; replica++) {
            cluster.crash(replica);
        }
        for (int replica = 0; replica < 3; replica++) {
            cluster.restart(replica);
        }
        ProposeResult.Applied last = propose(cluster, "last");
        for (int replica = 0; replica < 3; replica++) {
            untilApplied(cluster, replica, last.index());
            assertThat(cluster.state(replica).commands()).contains("a0", "a4", "last");
        }
    }

    @Test
    final void aReplicaThatMissedTheLogCatchesUpBySnapshot() throws Exception {
        Cluster cluster = cluster(3);
        propose(cluster, "early");
        int behind = (leader(cluster) + 1) % 3;
        cluster.crash(behind);
        for (int round = 0; round < 3; round++) {
            ProposeResult.Applied applied = propose(cluster, "round" + round);
            for (int replica : cluster.running()) {
                untilApplied(cluster, replica, applied.index());
                snapshot(cluster, replica);
            }
        }
        cluster.restart(behind);
        ProposeResult.Applied last = propose(cluster, "last");
        untilApplied(cluster, behind, last.index());
        assertThat(cluster.state(behind).commands())
                .isEqualTo(cluster.state(leader(cluster)).commands());
        assertThat(cluster.state(behind).loads()).isPositive();
        assertThat(cluster.state(behind).importedKeys()).startsWith("keys at");
    }

    @Test
    final void votersChangeOneAtATime() throws Exception {
        Cluster cluster = cluster(3);
        propose(cluster, "before");
        int fresh = cluster.start();
        done(cluster, log -> log.addVoter(cluster.peer(fresh)));
        done(cluster, log -> log.addVoter(cluster.peer(fresh)));
        assertThat(cluster.log(leader(cluster)).membership().voters()).hasSize(4);
        int removed = (leader(cluster) + 1) % 3;
        done(cluster, log -> log.removeVoter(cluster.peer(removed)));
        ProposeResult.Applied after = propose(cluster, "after");
        untilApplied(cluster, fresh, after.index());
        assertThat(cluster.state(fresh).commands()).contains("before", "after");
        assertThat(cluster.log(leader(cluster)).membership().voters())
                .hasSize(3)
                .contains(cluster.peer(fresh))
                .doesNotContain(cluster.peer(removed));
    }

    @Test
    final void aLearnerFollowsAndReads() throws Exception {
        Cluster cluster = cluster(3);
        int learner = cluster.start();
        done(cluster, log -> log.addLearner(cluster.peer(learner)));
        ProposeResult.Applied applied = propose(cluster, "seen");
        ReadResult read = cluster.await(cluster.log(learner).readIndex(cluster.deadlineNanos()));
        assertThat(read).isInstanceOf(ReadResult.Ready.class);
        assertThat(cluster.state(learner).at(applied.index())).isEqualTo("seen");
        cluster.until(
                "it says that it learns",
                () -> cluster.log(learner).leadership().role() == ReplicatedLog.Role.LEARNER);
        done(cluster, log -> log.removeLearner(cluster.peer(learner)));
        assertThat(cluster.log(leader(cluster)).membership().learners()).isEmpty();
    }

    @Test
    final void aLearnerBecomesAVoter() throws Exception {
        Cluster cluster = cluster(3);
        int learner = cluster.start();
        done(cluster, log -> log.addLearner(cluster.peer(learner)));
        propose(cluster, "one");
        done(cluster, log -> log.addVoter(cluster.peer(learner)));
        ReplicatedLog.Membership now = cluster.log(leader(cluster)).membership();
        assertThat(now.voters()).contains(cluster.peer(learner));
        assertThat(now.learners()).isEmpty();
    }

    @Test
    final void leadershipIsHandedOver() throws Exception {
        Cluster cluster = cluster(3);
        propose(cluster, "before");
        int from = leader(cluster);
        int to = (from + 1) % 3;
        cluster.until(
                "replica " + to + " leads",
                () -> {
                    if (!cluster.log(to).leadership().isLeader()) {
                        RaftPeer next = cluster.peer(to);
                        var _ = awaited(cluster, leading(cluster).transferLeadership(next));
                    }
                    return cluster.log(to).leadership().isLeader();
                });
        propose(cluster, "after");
    }

    @Test
    final void aSecondSnapshotErasesTheLogThroughItsIndex() throws Exception {
        Cluster cluster = cluster(3);
        ProposeResult.Applied applied = propose(cluster, "to be erased");
        for (int replica = 0; replica < 3; replica++) {
            untilApplied(cluster, replica, applied.index());
            assertThat(cluster.log(replica).erasedThrough(applied.index())).isFalse();
            snapshot(cluster, replica);
            snapshot(cluster, replica);
            int each = replica;
            cluster.until(
                    "erased on " + replica, () -> cluster.log(each).erasedThrough(applied.index()));
        }
        propose(cluster, "goes on");
    }

    @Test
    final void outcomesAreTrueUnderCrashes() throws Exception {
        long seed = 20_261_122L;
        Random random = new Random(seed);
        Cluster cluster = cluster(3);
        Map<Long, String> acknowledged = new HashMap<>();
        List<Promise<ProposeResult>> open = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int round = 0; round < 6; round++) {
            int leader = leader(cluster);
            for (int i = 0; i < 20; i++) {
                String text = "r" + round + "-" + i;
                texts.add(text);
                open.add(cluster.log(leader).propose(bytes(text)));
            }
            int victim = random.nextInt(3);
            cluster.crash(victim);
            cluster.restart(victim);
        }
        for (int i = 0; i < open.size(); i++) {
            ProposeResult result = cluster.await(open.get(i));
            if (result instanceof ProposeResult.Applied applied) {
                assertThat(acknowledged.put(applied.index(), texts.get(i))).isNull();
            }
        }
        ProposeResult.Applied last = propose(cluster, "end");
        for (int replica = 0; replica < 3; replica++) {
            untilApplied(cluster, replica, last.index());
            SequenceState state = cluster.state(replica);
            acknowledged.forEach(
                    (index, text) ->
                            assertThat(state.at(index)).as("seed %d", seed).isEqualTo(text));
            List<String> once = state.commands().stream().filter(c -> c.startsWith("r")).toList();
            assertThat(new HashSet<>(once)).as("seed %d", seed).hasSameSizeAs(once);
        }
    }
}
