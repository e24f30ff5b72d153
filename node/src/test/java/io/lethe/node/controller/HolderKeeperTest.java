package io.lethe.node.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.state.Holder;
import io.lethe.node.model.NodeId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HolderKeeperTest {
    private static final long LEASE = TimeUnit.SECONDS.toNanos(5);
    private static final NodeId NODE = Ports.node(1);
    private final Ports ports = new Ports();
    private final HolderKeeper keeper = new HolderKeeper(ports.controller, LEASE);

    @BeforeEach
    void aHolder() {
        ports.metadata.bear();
        register(7);
        ports.coordination.here(NODE, 7, "node1", List.of());
    }

    private void register(long incarnation) {
        var _ =
                ports.metadata.execute(
                        new DirectoryCommand.RegisterHolder(NODE, incarnation), 0, 0);
    }

    private void steps() throws InterruptedException {
        var _ = keeper.step();
        var _ = keeper.step();
    }

    private @Nullable Holder holder() {
        return ports.metadata.copy().holders().get(NODE);
    }

    @Test
    void aHolderThatIsHereStays() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            ports.clock.advance(HolderKeeper.GRACE_NANOS);
            steps();
        }
        assertThat(holder()).isEqualTo(new Holder(7, false));
    }

    @Test
    void aVanishedHolderIsSuspendedThenDroppedOnceItsLastLeaseHasRunOut()
            throws InterruptedException {
        ports.coordination.nodes.clear();
        steps();
        ports.clock.advance(HolderKeeper.GRACE_NANOS - 1);
        steps();
        assertThat(holder()).isEqualTo(new Holder(7, false));
        ports.clock.advance(1);
        steps();
        assertThat(holder()).isEqualTo(new Holder(7, true));
        ports.clock.advance(LEASE);
        steps();
        assertThat(holder()).as("clocks may differ by a hundredth each").isNotNull();
        ports.clock.advance(LEASE / 50);
        steps();
        assertThat(holder()).isNull();
    }

    @Test
    void aHolderThatRegistersAgainIsNotDropped() throws InterruptedException {
        ports.coordination.nodes.clear();
        steps();
        ports.clock.advance(HolderKeeper.GRACE_NANOS);
        steps();
        assertThat(holder()).isEqualTo(new Holder(7, true));
        register(7);
        ports.clock.advance(LEASE * 2);
        steps();
        assertThat(holder()).isEqualTo(new Holder(7, false));
        ports.clock.advance(HolderKeeper.GRACE_NANOS);
        steps();
        assertThat(holder()).as("away for another grace").isEqualTo(new Holder(7, true));
        ports.clock.advance(LEASE);
        steps();
        assertThat(holder()).as("counted from its last suspension").isNotNull();
    }

    @Test
    void anotherIncarnationAtTheSameNodeIsAnotherHolder() throws InterruptedException {
        ports.coordination.here(NODE, 8, "node1", List.of());
        steps();
        ports.clock.advance(HolderKeeper.GRACE_NANOS);
        steps();
        assertThat(holder()).isEqualTo(new Holder(7, true));
        register(8);
        ports.clock.advance(LEASE * 2);
        steps();
        assertThat(holder()).isEqualTo(new Holder(8, false));
    }

    @Test
    void aSuccessorCountsAnewAndNobodyActsWithoutTheCoordination() throws InterruptedException {
        ports.coordination.nodes.clear();
        steps();
        ports.coordination.connected = false;
        ports.clock.advance(HolderKeeper.GRACE_NANOS * 2);
        steps();
        assertThat(holder()).isEqualTo(new Holder(7, false));
        ports.coordination.connected = true;
        steps();
        assertThat(holder()).isEqualTo(new Holder(7, true));
        HolderKeeper successor = new HolderKeeper(ports.controller, LEASE);
        ports.clock.advance(LEASE * 2);
        assertThat(successor.step()).isInstanceOf(Step.Idle.class);
        assertThat(holder()).isEqualTo(new Holder(7, true));
        ports.clock.advance(LEASE * 2);
        assertThat(successor.step()).isInstanceOf(Step.Worked.class);
        assertThat(holder()).isNull();
    }
}
