package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two partitions on node 1, none on node 2. */
class ReplicaEvenerTest {
    private static final Duration QUIET = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofSeconds(6);
    private final Ports ports = new Ports();
    private boolean settled = true;
    private final ReplicaEvener evener =
            new ReplicaEvener(ports.controller, (_, _) -> settled, QUIET);

    @BeforeEach
    void twoNodesAndAllOnOne() throws InterruptedException {
        ports.metadata.bear();
        for (int i = 1; i <= 2; i++) {
            ports.coordination.here(Ports.node(i), 1, "node" + i, List.of());
            order(
                    new DirectoryCommand.PutNode(
                            new NodeRecord(
                                    Ports.node(i),
                                    1,
                                    "node" + i,
                                    9003,
                                    9002,
                                    9001,
                                    9000,
                                    "rack",
                                    Set.of(NodeRecord.Role.METADATA),
                                    "00",
                                    NodeRecord.State.UP)));
            order(
                    new DirectoryCommand.PutPartition(
                            new PartitionRecord(
                                    new GroupId(i),
                                    Bytes.EMPTY,
                                    Bytes.EMPTY,
                                    List.of(new Replica(Ports.node(1), 0)),
                                    List.of(),
                                    1)));
        }
    }

    private void order(DirectoryCommand command) throws InterruptedException {
        var _ = ports.metadata.execute(command, 1, 0);
    }

    /** Where the two are after so long. */
    private List<NodeId> after(Duration time) throws InterruptedException {
        for (Duration gone = Duration.ZERO; gone.compareTo(time) < 0; gone = gone.plus(LOOK)) {
            Step _ = evener.step();
            ports.clock.advance(LOOK);
        }
        List<NodeId> places = new ArrayList<>();
        ports.metadata
                .copy()
                .partitions()
                .forEach(record -> places.add(record.voters().getFirst().node()));
        return places;
    }

    @Test
    void oneGoesOverOnceItHasBeenQuiet() throws InterruptedException {
        assertThat(after(QUIET)).containsExactly(Ports.node(1), Ports.node(1));
        assertThat(after(LOOK)).containsExactly(Ports.node(2), Ports.node(1));
        assertThat(after(QUIET.multipliedBy(3))).containsExactly(Ports.node(2), Ports.node(1));
    }

    @Test
    void timeBeginsAnewWheneverSomethingElseIsUnderWay() throws InterruptedException {
        assertThat(after(QUIET)).containsExactly(Ports.node(1), Ports.node(1));
        settled = false;
        assertThat(after(QUIET.multipliedBy(2))).containsExactly(Ports.node(1), Ports.node(1));
        settled = true;
        assertThat(after(QUIET)).containsExactly(Ports.node(1), Ports.node(1));
        order(new DirectoryCommand.SetNodeState(Ports.node(2), NodeRecord.State.DOWN));
        assertThat(after(QUIET.multipliedBy(2))).containsExactly(Ports.node(1), Ports.node(1));
        order(new DirectoryCommand.SetNodeState(Ports.node(2), NodeRecord.State.UP));
        assertThat(after(QUIET)).containsExactly(Ports.node(1), Ports.node(1));
        assertThat(after(LOOK)).containsExactly(Ports.node(2), Ports.node(1));
    }

    @Test
    void operatorsStopIt() throws InterruptedException {
        order(new DirectoryCommand.PutSetting(MoveKeeper.EVENING, "off"));
        assertThat(after(QUIET.multipliedBy(3))).containsExactly(Ports.node(1), Ports.node(1));
        order(new DirectoryCommand.PutSetting(MoveKeeper.EVENING, "on"));
        assertThat(after(QUIET.multipliedBy(2))).containsExactly(Ports.node(2), Ports.node(1));
    }
}
