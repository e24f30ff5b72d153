package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import io.lethe.node.metadata.raft.ReplicatedLog.ReadResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulator's model keeps the contract, also where it is at its wildest. */
final class ModelGroupTest extends ReplicatedLogContract {
    @TempDir Path dir;

    @Override
    Cluster newCluster(int voters) {
        return new ModelCluster(dir, 42, ModelGroup.Faults.NONE, voters);
    }

    @Test
    void wildRunsKeepWhatTheyAcknowledge() throws Exception {
        boolean unknownApplied = false;
        boolean unknownLost = false;
        for (long seed = 0; seed < 40; seed++) {
            Path place = Files.createDirectory(dir.resolve("seed-" + seed));
            ModelCluster cluster = new ModelCluster(place, seed, ModelGroup.Faults.WILD, 3);
            Run run = new Run(cluster, new Random(seed), seed);
            run.go();
            unknownApplied |= run.unknownApplied;
            unknownLost |= run.unknownLost;
        }
        assertThat(unknownApplied).as("an unknown outcome that applied").isTrue();
        assertThat(unknownLost).as("an unknown outcome that did not").isTrue();
    }

    @Test
    void theSameSeedGivesTheSameHistory() throws Exception {
        List<List<String>> histories = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Path place = Files.createDirectory(dir.resolve("run-" + i));
            ModelCluster cluster = new ModelCluster(place, 7, ModelGroup.Faults.WILD, 3);
            new Run(cluster, new Random(7), 7).go();
            histories.add(cluster.state(0).commands());
        }
        assertThat(histories.get(0)).isEqualTo(histories.get(1));
    }

    @Test
    void aLeaderCutOffFromTheOthersAcknowledgesNothing() throws Exception {
        ModelCluster cluster = new ModelCluster(dir, 3, ModelGroup.Faults.NONE, 3);
        propose(cluster, "before");
        int cut = leader(cluster);
        cluster.replica(cut).moveTo(1);
        Promise<ProposeResult> lost = cluster.log(cut).propose(bytes("lost"));
        assertThat(cluster.await(lost)).isNotInstanceOf(ProposeResult.Applied.class);
        ProposeResult.Applied after = propose(cluster, "after");
        cluster.replica(cut).moveTo(0);
        untilApplied(cluster, cut, after.index());
        assertThat(cluster.state(cut).commands()).contains("before", "after");
    }

    private static final class Run {
        private final ModelCluster cluster;
        private final Random random;
        private final long seed;
        private final Map<Long, String> acknowledged = new HashMap<>();
        private final List<String> unknown = new ArrayList<>();
        private int count;
        boolean unknownApplied;
        boolean unknownLost;

        Run(ModelCluster cluster, Random random, long seed) {
            this.cluster = cluster;
            this.random = random;
            this.seed = seed;
        }

        void go() throws Exception {
            for (int i = 0; i < 60; i++) {
                burst();
                if (random.nextInt(4) == 0) {
                    int victim = random.nextInt(3);
                    cluster.crash(victim);
                    cluster.restart(victim);
                }
                if (random.nextInt(6) == 0) {
                    readSees();
                }
            }
            ProposeResult.Applied end = propose(cluster, "end");
            for (int replica = 0; replica < 3; replica++) {
                untilApplied(cluster, replica, end.index());
                SequenceState state = cluster.state(replica);
                acknowledged.forEach(
                        (index, text) ->
                                assertThat(state.at(index)).as("seed %d", seed).isEqualTo(text));
                assertThat(state.commands())
                        .as("seed %d", seed)
                        .isEqualTo(cluster.state(0).commands());
            }
            for (String text : unknown) {
                boolean applied = cluster.state(0).commands().contains(text);
                unknownApplied |= applied;
                unknownLost |= !applied;
            }
        }

        private void burst() throws Exception {
            int leader = leader(cluster);
            List<Promise<ProposeResult>> open = new ArrayList<>();
            int first = count;
            for (int i = 0; i < 5; i++) {
                open.add(cluster.log(leader).propose(bytes("p" + count++)));
            }
            for (int i = 0; i < open.size(); i++) {
                String text = "p" + (first + i);
                switch (cluster.await(open.get(i))) {
                    case ProposeResult.Applied applied -> acknowledged.put(applied.index(), text);
                    case ProposeResult.OutcomeUnknown _ -> unknown.add(text);
                    case ProposeResult.NotLeader _, ProposeResult.Overloaded _ -> {}
                }
            }
        }

        private void readSees() throws Exception {
            int replica = random.nextInt(3);
            long newest = acknowledged.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
            ReadResult read =
                    cluster.await(cluster.log(replica).readIndex(cluster.deadlineNanos()));
            if (read instanceof ReadResult.Ready ready) {
                assertThat(ready.index()).as("seed %d", seed).isGreaterThanOrEqualTo(newest);
                assertThat(cluster.state(replica).appliedIndex())
                        .as("seed %d", seed)
                        .isGreaterThanOrEqualTo(newest);
            }
        }
    }
}
