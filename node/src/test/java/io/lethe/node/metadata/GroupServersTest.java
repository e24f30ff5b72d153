package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.Groups.OnePartition;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class GroupServersTest {
    private final OnePartition one = new OnePartition();
    private final GroupServers servers = new GroupServers();

    /** A server whose table is closed under each read. */
    private PartitionServer closing(Runnable meanwhile) {
        return new PartitionServer(
                new GroupServer.Wiring(
                        Groups.SELF,
                        Groups.PARTITION,
                        one.log,
                        one.table,
                        one.tasks,
                        new TableCalls() {
                            @Override
                            public <T> Promise<T> submit(Supplier<T> call) {
                                meanwhile.run();
                                one.table.close();
                                return Groups.inline(one.tasks).submit(call);
                            }
                        },
                        () -> true,
                        Groups::nodeOf,
                        () -> FeatureLevels.HIGHEST,
                        new Metrics()),
                one.keys,
                () -> 5);
    }

    private MetadataResponse status() throws InterruptedException {
        return servers.handle(Groups.PARTITION, new MetadataRequest.Status(), one.clock.in(10));
    }

    @Test
    void aReplicaThatIsTakenOffUnderARequestIsNoFault() throws InterruptedException {
        servers.add(Groups.PARTITION, closing(() -> servers.remove(Groups.PARTITION)));
        assertThat(status())
                .isInstanceOfSatisfying(
                        MetadataResponse.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
        assertThat(status()).isEqualTo(new MetadataResponse.NotLeader(null));
    }

    @Test
    void aTableThatIsClosedUnderAReplicaThatServesIsAFault() {
        servers.add(Groups.PARTITION, closing(() -> {}));
        assertThatThrownBy(this::status).isInstanceOf(IllegalStateException.class);
    }
}
