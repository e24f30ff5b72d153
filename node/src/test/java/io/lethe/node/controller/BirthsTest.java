package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BirthsTest {
    private static final int PARTITIONS = 8;
    private final Ports ports = new Ports();
    private final Births births = new Births(ports.controller, new Orders(ports.controller));

    @BeforeEach
    void threeNodesAreHere() throws InterruptedException {
        ports.metadata.bear();
        for (int i = 1; i <= 3; i++) {
            ports.coordination.here(Ports.node(i), 1, "node" + i, List.of());
        }
    }

    private void know(int number) throws InterruptedException {
        var _ =
                ports.metadata.execute(
                        new DirectoryCommand.PutNode(
                                new NodeRecord(
                                        Ports.node(number),
                                        1,
                                        "node" + number,
                                        9003,
                                        9002,
                                        9001,
                                        9000,
                                        "rack",
                                        Set.of(NodeRecord.Role.METADATA),
                                        "00",
                                        NodeRecord.State.UP)),
                        1,
                        0);
    }

    private List<PartitionRecord> partitions() {
        return ports.metadata.copy().partitions();
    }

    @Test
    void partitionsWaitForTheRecordsOfAllNodesThatAreHere() throws InterruptedException {
        know(1);
        assertThat(births.createPartitions()).isFalse();
        know(2);
        assertThat(births.createPartitions()).isFalse();
        assertThat(partitions()).isEmpty();
        know(3);
        assertThat(births.createPartitions()).isTrue();
        assertThat(partitions())
                .hasSize(PARTITIONS)
                .allSatisfy(one -> assertThat(one.voters()).hasSize(3));
        assertThat(births.createPartitions()).isFalse();
    }

    @Test
    void theyWaitForFoundersThatAreNotHereYetToo() throws InterruptedException {
        ports.coordination.nodes.remove(Ports.node(3));
        ports.coordination.voters =
                new DirectoryVoters(
                        new Id128(9, 9),
                        List.of(
                                new DirectoryVoters.Voter(Ports.node(1), "node1", 9002, 0),
                                new DirectoryVoters.Voter(Ports.node(3), "node3", 9002, 0)));
        know(1);
        know(2);
        assertThat(births.createPartitions()).isFalse();
        know(3);
        assertThat(births.createPartitions()).isTrue();
    }

    @Test
    void nothingIsMadeBesideRangesThatAreOthersThanAtFirst() throws InterruptedException {
        for (int i = 1; i <= 3; i++) {
            know(i);
        }
        assertThat(births.createPartitions()).isTrue();
        List<PartitionRecord> first = partitions();
        Ports grown = new Ports();
        grown.metadata.bear();
        put(
                grown,
                new PartitionRecord(
                        new GroupId(1),
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        first.getFirst().voters(),
                        List.of(),
                        1));
        assertThat(new Births(grown.controller, new Orders(grown.controller)).createPartitions())
                .as("it has the whole range, as one of fewer at first")
                .isFalse();
    }

    private static void put(Ports there, PartitionRecord record) throws InterruptedException {
        var _ = there.metadata.execute(new DirectoryCommand.PutPartition(record), 1, 0);
    }
}
