package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;

/** The library's settings that every replica has, each with its reason. */
final class LibraryOptions {
    /** Of each of a group's four rings; above {@link Proposals#MOST_PROPOSALS}. */
    private static final int RING_SLOTS = 4096;

    /** 1 day: a large snapshot takes hours, and a call given up would begin the install anew. */
    private static final int INSTALL_TIMEOUT_MILLIS = 24 * 3600 * 1000;

    /** Entries that a new voter may be behind when it begins to count. */
    private static final int CATCH_UP_MARGIN = 1000;

    private LibraryOptions() {}

    static void fill(NodeOptions options, int electionTimeoutMillis) {
        options.setElectionTimeoutMs(electionTimeoutMillis);
        options.setCatchupMargin(CATCH_UP_MARGIN);
        options.setDisableCli(true);
        // Snapshots are asked for; at any distance, since a purge needs one at its index.
        options.setSnapshotIntervalSecs(0);
        options.setSnapshotLogIndexMargin(0);
        // Our storages know where they are; the library only wants the texts not to be empty.
        options.setLogUri("shared");
        options.setRaftMetaUri("votes");
        options.setSnapshotUri("snapshots");
        options.setSharedTimerPool(true);
        options.setSharedElectionTimer(true);
        options.setSharedVoteTimer(true);
        options.setSharedStepDownTimer(true);
        options.setSharedSnapshotTimer(true);
        // The library's own pool per group starts no thread while nothing is handed to it.
        options.setRpcProcessorThreadPoolSize(2);
        options.setRpcInstallSnapshotTimeout(INSTALL_TIMEOUT_MILLIS);
        RaftOptions raft = options.getRaftOptions();
        raft.setReadOnlyOptions(ReadOnlyOption.ReadOnlySafe);
        raft.setDisruptorBufferSize(RING_SLOTS);
        raft.setMaxElectionDelayMs(electionTimeoutMillis);
        raft.setSync(true);
        raft.setSyncMeta(true);
        raft.setOpenStatistics(false);
    }
}
