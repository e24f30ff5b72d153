package io.lethe.node.metadata.raft;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The real log, three replicas in one process, on real disks. */
final class RaftGroupTest extends ReplicatedLogContract {
    @TempDir Path dir;

    @Override
    Cluster newCluster(int voters) throws Exception {
        return new RaftCluster(dir, voters);
    }
}
