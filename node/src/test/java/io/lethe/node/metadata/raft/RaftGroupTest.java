package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.raft.ReplicatedLog.ChangeResult;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real log, three replicas in one process, on real disks. */
final class RaftGroupTest extends ReplicatedLogContract {
    @TempDir Path dir;

    @Override
    Cluster newCluster(int voters) throws Exception {
        return new RaftCluster(dir, voters);
    }

    /**
     * The library does not take a snapshot where it has applied nothing since the last one, and
     * learns of what was applied later than the state does.
     */
    @Test
    void aSnapshotIsNotSaidToBeTakenWithoutTheCommandsThatTheStateHasApplied() throws Exception {
        Cluster cluster = cluster(1);
        ReplicatedLog log = cluster.log(leader(cluster));
        var _ = propose(cluster, "before");
        snapshot(cluster, 0);
        snapshot(cluster, 0);
        AtomicReference<Promise<ChangeResult>> early = new AtomicReference<>();
        cluster.state(0).afterApply(() -> early.compareAndSet(null, log.snapshot()));
        ProposeResult.Applied applied = propose(cluster, "while it is asked for");
        if (cluster.await(Objects.requireNonNull(early.get()))
                instanceof ChangeResult.Refused refused) {
            assertThat(refused.busy()).isTrue();
            snapshot(cluster, 0);
        }
        snapshot(cluster, 0);
        cluster.until("erased", () -> log.erasedThrough(applied.index()));
    }
}
