package io.lethe.node.controller;

import io.lethe.node.base.HandClock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.cluster.FakeCoordination;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.List;

/** What tests of the controller stand on. */
final class Ports {
    final HandClock clock = new HandClock();
    final MemoryDirectory metadata = new MemoryDirectory();
    final FakeCoordination coordination = new FakeCoordination();
    final ControllerPorts controller =
            new ControllerPorts(
                    new VirtualTasks(
                            clock,
                            (thread, e) -> {
                                throw new AssertionError(thread.getName(), e);
                            }),
                    RandomSource.seeded(1),
                    coordination,
                    metadata.copy(),
                    metadata,
                    new NoSecrets(),
                    new ClusterPlan("test", 3, "node", List.of(), 8));

    private static final class NoSecrets implements Secrets {
        @Override
        public First first() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String firstAccessKeyId() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<SealedTicketKey> freshTicketKey(int keyId, List<NodeRecord> nodes) {
            throw new UnsupportedOperationException();
        }
    }

    static NodeId node(int number) {
        return new NodeId(new Id128(0, number));
    }
}
