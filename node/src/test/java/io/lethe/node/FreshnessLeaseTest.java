package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.HandClock;
import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.state.Holder;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FreshnessLeaseTest {
    private static final NodeId SELF = new NodeId(new Id128(0, 1));
    private static final long LEASE = TimeUnit.SECONDS.toNanos(5);
    private final MemoryDirectory directory = new MemoryDirectory();
    private final HandClock clock = new HandClock();
    private final FreshnessLease lease = lease(7);

    private FreshnessLease lease(long incarnation) {
        return new FreshnessLease(directory, directory.copy(), SELF, incarnation, clock, LEASE);
    }

    private void order(DirectoryCommand command) {
        var _ = directory.execute(command, 1, 0);
    }

    @Test
    void aLeaseCountsOnlyOnceThisIncarnationIsRegistered() throws InterruptedException {
        assertThat(lease.step()).isInstanceOf(Step.Idle.class);
        assertThat(lease.valid()).as("there is no cluster yet").isFalse();
        directory.bear();
        assertThat(lease.step()).isInstanceOf(Step.Worked.class);
        assertThat(lease.valid()).isTrue();
        assertThat(directory.copy().holders()).isEqualTo(Map.of(SELF, new Holder(7, false)));
        assertThat(lease.step()).isEqualTo(new Step.Idle("fresh"));
        clock.advance(LEASE - LEASE / 100 - 1);
        assertThat(lease.valid()).isTrue();
        clock.advance(1);
        assertThat(lease.valid()).isFalse();
        assertThatThrownBy(lease::check).isInstanceOf(StoreException.class);
    }

    @Test
    void aSuspendedOrDroppedHolderRegistersAgainBeforeItsNextLease() throws InterruptedException {
        directory.bear();
        assertThat(lease.step()).isInstanceOf(Step.Worked.class);
        order(new DirectoryCommand.SuspendHolder(SELF, 7));
        assertThat(lease.step()).isInstanceOf(Step.Worked.class);
        assertThat(directory.copy().holders()).isEqualTo(Map.of(SELF, new Holder(7, false)));
        order(new DirectoryCommand.SuspendHolder(SELF, 7));
        order(new DirectoryCommand.DropHolder(SELF, 7));
        assertThat(lease.step()).isInstanceOf(Step.Worked.class);
        assertThat(directory.copy().holders()).containsKey(SELF);
    }

    @Test
    void anOlderIncarnationGetsNoMoreLeases() throws InterruptedException {
        directory.bear();
        assertThat(lease.step()).isInstanceOf(Step.Worked.class);
        FreshnessLease next = lease(8);
        assertThat(next.step()).isInstanceOf(Step.Worked.class);
        assertThat(lease.step()).isInstanceOf(Step.Failed.class);
        clock.advance(LEASE);
        assertThat(lease.step()).isInstanceOf(Step.Failed.class);
        assertThat(lease.valid()).isFalse();
    }
}
