package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.RandomSource;
import io.lethe.node.cluster.FakeCoordination;
import io.lethe.node.cluster.Registration;
import io.lethe.node.model.Build;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The feature level with which a cluster is born. */
class FirstLevelTest {
    private final FakeCoordination coordination = new FakeCoordination();
    private final Founding founding =
            new Founding(
                    coordination,
                    new ClusterPlan("test", 2, "node", List.of(), 1),
                    RandomSource.seeded(1));

    private void here(int number, Build build) {
        coordination.register(
                new Registration(
                        new NodeId(new Id128(1, number)),
                        1,
                        "host-" + number,
                        1,
                        2,
                        3,
                        4,
                        "rack",
                        Set.of(NodeRecord.Role.METADATA),
                        "",
                        List.of(),
                        List.of(),
                        build));
    }

    @Test
    void itIsTheNewestThatAllSpeakWhoAreHere() {
        here(1, new Build("new", 2, 3));
        assertThat(founding.featureLevel()).isEqualTo(3);
        here(2, new Build("old", 1, 2));
        assertThat(founding.featureLevel()).isEqualTo(2);
    }

    @Test
    void nodesWithoutALevelInCommonFormNoCluster() {
        here(1, new Build("new", 3, 4));
        here(2, new Build("old", 1, 2));
        assertThatThrownBy(founding::featureLevel)
                .hasMessageContaining("host-1")
                .hasMessageContaining("install one version on all");
    }
}
