package io.lethe.node.cluster;

import io.lethe.node.model.Build;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The coordination service as a test sets it: this node is the controller unless said. */
public final class FakeCoordination implements Coordination {
    public final Map<NodeId, Registration> nodes = new TreeMap<>();
    public boolean connected = true;
    public Optional<Long> epoch = Optional.of(1L);
    public @Nullable DirectoryVoters voters;
    public @Nullable Integer level;

    /** Registers a node with the role metadata. */
    public void here(
            NodeId node, long incarnation, String host, List<Registration.Damaged> damaged) {
        nodes.put(
                node,
                new Registration(
                        node,
                        incarnation,
                        host,
                        9003,
                        9002,
                        9001,
                        9000,
                        "rack",
                        Set.of(NodeRecord.Role.METADATA),
                        "00",
                        List.of(),
                        damaged,
                        Build.own()));
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void register(Registration registration) {
        nodes.put(registration.node(), registration);
    }

    @Override
    public Map<NodeId, Registration> nodes() {
        return nodes;
    }

    @Override
    public void campaign() {}

    @Override
    public Optional<Long> controllerEpoch() {
        return epoch;
    }

    @Override
    public Optional<NodeId> controller() {
        return Optional.empty();
    }

    @Override
    public Optional<DirectoryVoters> directoryVoters() {
        return Optional.ofNullable(voters);
    }

    @Override
    public boolean createDirectoryVoters(DirectoryVoters first) {
        boolean created = voters == null;
        voters = created ? first : voters;
        return created;
    }

    @Override
    public void updateDirectoryVoters(DirectoryVoters before, DirectoryVoters next) {
        voters = next;
    }

    @Override
    public Optional<Integer> featureLevel() {
        return Optional.ofNullable(level);
    }

    @Override
    public void tellFeatureLevel(int told) {
        level = told;
    }

    @Override
    public void onChange(Runnable listener) {}

    @Override
    public void close() {}
}
