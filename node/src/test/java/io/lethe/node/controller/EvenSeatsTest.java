package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.MoveReplica;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvenSeatsTest {
    private static NodeRecord node(int number, String rack) {
        return new NodeRecord(
                Ports.node(number),
                1,
                "node" + number,
                9003,
                9002,
                9001,
                9000,
                rack,
                Set.of(NodeRecord.Role.METADATA),
                "00",
                NodeRecord.State.UP);
    }

    private static List<NodeRecord> nodes(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> node(i, "rack" + i)).toList();
    }

    private static PartitionRecord partition(int id, int... voters) {
        return new PartitionRecord(
                new GroupId(id),
                Bytes.EMPTY,
                Bytes.EMPTY,
                IntStream.of(voters).mapToObj(i -> new Replica(Ports.node(i), 0)).toList(),
                List.of(),
                7);
    }

    private static Optional<MoveReplica> next(
            List<NodeRecord> nodes, List<PartitionRecord> partitions) {
        return EvenSeats.next(partitions, nodes, NodeRecord::rack);
    }

    private static MoveReplica move(int partition, int from, int to) {
        return new MoveReplica(new GroupId(partition), 7, Ports.node(from), Ports.node(to));
    }

    @Test
    void aNodeThatWasAddedGetsFromTheFullest() {
        assertThat(next(nodes(4), List.of(partition(1, 1, 2, 3), partition(2, 1, 2, 3))))
                .contains(move(1, 3, 4));
        assertThat(next(nodes(4), List.of(partition(1, 1, 2, 3), partition(2, 2, 3, 4))))
                .as("a difference of one")
                .isEmpty();
    }

    @Test
    void whatIsOnBothAlreadyOrSharesARackStaysWhereItIs() {
        assertThat(next(nodes(2), List.of(partition(1, 1), partition(2, 1, 2), partition(3, 1))))
                .contains(move(1, 1, 2));
        List<NodeRecord> racks = List.of(node(1, "a"), node(2, "b"), node(3, "b"));
        assertThat(next(racks, List.of(partition(1, 1, 2), partition(2, 1, 2))))
                .as("from 2, which is in its rack itself, and not from 1")
                .contains(move(1, 2, 3));
        assertThat(next(racks, List.of(partition(1, 1, 3), partition(2, 1, 3), partition(3, 2))))
                .isEmpty();
    }

    @Test
    void whoIsAwayLeavesOrKeepsNoMetadataGetsNothing() {
        List<PartitionRecord> partitions = List.of(partition(1, 1), partition(2, 1));
        assertThat(next(List.of(node(1, "a"), node(2, "b")), partitions)).isPresent();
        for (NodeRecord other :
                List.of(
                        node(2, "b").withState(NodeRecord.State.DOWN),
                        node(2, "b").withStanding(NodeRecord.Standing.LEAVING))) {
            assertThat(next(List.of(node(1, "a"), other), partitions)).isEmpty();
        }
    }

    @Test
    void itComesToAnEndWithEvenNodesWhateverThereWas() {
        for (int seed = 1; seed <= 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int count = random.nextInt(3, 9);
            List<NodeRecord> nodes = nodes(count);
            List<PartitionRecord> partitions = new ArrayList<>();
            int voters = random.nextBoolean() ? 3 : 1;
            for (int id = 1; id <= random.nextInt(1, 20); id++) {
                Set<Integer> on = new HashSet<>();
                while (on.size() < voters) {
                    on.add(1 + Math.min(random.nextInt(count), random.nextInt(count)));
                }
                partitions.add(partition(id, on.stream().mapToInt(i -> i).toArray()));
            }
            int moves = 0;
            Optional<MoveReplica> next = next(nodes, partitions);
            while (next.isPresent()) {
                assertThat(++moves).as("seed " + seed).isLessThan(20 * voters);
                carryOut(partitions, next.get());
                next = next(nodes, partitions);
            }
            Map<Object, Integer> load = new HashMap<>();
            nodes.forEach(one -> load.put(one.id(), 0));
            for (PartitionRecord record : partitions) {
                assertThat(record.voters().stream().map(Replica::node).distinct())
                        .as("seed " + seed)
                        .hasSize(voters);
                record.voters().forEach(one -> load.merge(one.node(), 1, Integer::sum));
            }
            int most = load.values().stream().mapToInt(i -> i).max().orElseThrow();
            int least = load.values().stream().mapToInt(i -> i).min().orElseThrow();
            assertThat(most - least).as("seed " + seed).isLessThanOrEqualTo(1);
        }
    }

    private static void carryOut(List<PartitionRecord> partitions, MoveReplica move) {
        partitions.replaceAll(
                record ->
                        record.id().equals(move.partition())
                                ? new PartitionRecord(
                                        record.id(),
                                        record.from(),
                                        record.to(),
                                        record.voters().stream()
                                                .map(
                                                        one ->
                                                                one.node().equals(move.from())
                                                                        ? new Replica(move.to(), 8)
                                                                        : one)
                                                .toList(),
                                        record.learners(),
                                        record.mapEpoch())
                                : record);
    }
}
