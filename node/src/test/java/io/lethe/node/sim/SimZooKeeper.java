package io.lethe.node.sim;

import io.lethe.node.cluster.Coordination;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.model.NodeId;
import io.lethe.node.sim.SimLoop.Life;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The coordination service: sessions that expire when a node is silent for too long, an election
 * that raises the controller epoch with each new controller. A node that is cut off goes on
 * believing what it knew, its own election too.
 */
final class SimZooKeeper {
    private static final long SESSION_NANOS = 3_000 * SimNetwork.MILLI;
    private static final long BEAT_NANOS = 400 * SimNetwork.MILLI;

    private final SimLoop loop;
    private final DirectoryVoters voters;
    private final Map<NodeId, Session> sessions = new TreeMap<>();
    private boolean down;
    private @Nullable Integer toldLevel;
    private long epoch;
    private @Nullable Session controller;

    SimZooKeeper(SimLoop loop, DirectoryVoters voters) {
        this.loop = loop;
        this.voters = voters;
        loop.after(BEAT_NANOS, this::expire);
    }

    /** What a node that starts is told; 1 before anybody has said. */
    int toldLevel() {
        Integer told = toldLevel;
        return told == null ? 1 : told;
    }

    void down(boolean isDown) {
        down = isDown;
    }

    Session connect(NodeId node, Life life) {
        return new Session(node, life);
    }

    private void expire() {
        if (!down) {
            sessions.values().removeIf(s -> loop.nanos() - s.heardNanos > SESSION_NANOS);
            Session now = controller;
            if (now == null || sessions.get(now.node) != now) {
                controller = null;
                sessions.values().stream()
                        .filter(s -> s.campaigns)
                        .skip(sessions.isEmpty() ? 0 : loop.random.nextInt(sessions.size()))
                        .findFirst()
                        .ifPresent(
                                next -> {
                                    controller = next;
                                    epoch++;
                                });
            }
        }
        loop.after(BEAT_NANOS, this::expire);
    }

    /** What one node sees of it. */
    final class Session implements Coordination {
        private final NodeId node;
        private final Life life;
        private long heardNanos;
        private boolean campaigns;
        private boolean connected;
        private @Nullable Registration registration;
        private Map<NodeId, Registration> seen = new LinkedHashMap<>();
        private @Nullable Long believedEpoch;
        private @Nullable NodeId believedController;

        Session(NodeId node, Life life) {
            this.node = node;
            this.life = life;
            beat();
        }

        private void beat() {
            if (life.dead) {
                return;
            }
            if (!life.pausedAt(loop.nanos())) {
                connected = !down && !loop.chance(20);
                if (connected) {
                    exchange();
                }
            }
            loop.after(BEAT_NANOS / 2 + loop.within(BEAT_NANOS), this::beat);
        }

        private void exchange() {
            heardNanos = loop.nanos();
            if (registration != null) {
                sessions.put(node, this);
            }
            seen = new LinkedHashMap<>();
            sessions.forEach(
                    (id, session) -> {
                        Registration said = session.registration;
                        if (said != null) {
                            seen.put(id, said);
                        }
                    });
            Session now = controller;
            believedController = now == null ? null : now.node;
            believedEpoch = now == this ? (Long) epoch : null;
        }

        @Override
        public boolean connected() {
            return connected;
        }

        @Override
        public void register(Registration said) {
            registration = said;
        }

        @Override
        public Map<NodeId, Registration> nodes() {
            return new LinkedHashMap<>(seen);
        }

        @Override
        public void campaign() {
            campaigns = true;
        }

        @Override
        public Optional<Long> controllerEpoch() {
            return Optional.ofNullable(believedEpoch);
        }

        @Override
        public Optional<NodeId> controller() {
            return Optional.ofNullable(believedController);
        }

        @Override
        public Optional<DirectoryVoters> directoryVoters() {
            return Optional.of(voters);
        }

        @Override
        public boolean createDirectoryVoters(DirectoryVoters first) {
            return false;
        }

        @Override
        public void updateDirectoryVoters(DirectoryVoters before, DirectoryVoters next) {
            throw new UnsupportedOperationException("voters do not move in this simulation");
        }

        @Override
        public Optional<Integer> featureLevel() {
            return Optional.ofNullable(toldLevel);
        }

        @Override
        public void tellFeatureLevel(int level) {
            toldLevel = level;
        }

        @Override
        public void onChange(Runnable listener) {
            // The controller looks at each step.
        }

        @Override
        public void close() {
            campaigns = false;
        }
    }
}
