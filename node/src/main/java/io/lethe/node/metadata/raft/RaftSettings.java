package io.lethe.node.metadata.raft;

import io.lethe.node.base.Check;
import java.nio.file.Path;

/**
 * Settings of a node's {@link RaftHost}.
 *
 * @param dir where logs, votes and snapshots lie
 * @param self where this node's transport listens, as others address it
 * @param electionTimeoutMillis a follower that hears nothing for this long, up to twice as long,
 *     stands for election; a tenth of it is the heartbeat
 * @param proposalBytes per group, proposed and not answered
 * @param appendBytes per group, received from the leader and not applied
 * @param proposeTimeoutMillis after which a proposal's outcome is unknown
 * @param snapshotBytesPerSecond received by all copies of this node together
 */
public record RaftSettings(
        Path dir,
        RaftAddress self,
        int electionTimeoutMillis,
        long proposalBytes,
        long appendBytes,
        long proposeTimeoutMillis,
        long snapshotBytesPerSecond) {
    public RaftSettings {
        Check.range("election timeout", electionTimeoutMillis, 50, 60_000);
        Check.range("proposal bytes", proposalBytes, 1, Integer.MAX_VALUE);
        Check.range("append bytes", appendBytes, 1, Integer.MAX_VALUE);
        Check.range("propose timeout", proposeTimeoutMillis, 1, 600_000);
        Check.range("snapshot rate", snapshotBytesPerSecond, 1024, Long.MAX_VALUE);
    }

    /**
     * Elections after 2 to 4 s, within the 5 s for which reads may pause: each halving doubles the
     * heartbeats of all groups, which are most of an idle node's work. 16 MiB of proposals and 32
     * MiB of appends per group; 10 s until a proposal's outcome is unknown; snapshots at 64 MiB/s,
     * half of a 1 Gbit/s link.
     */
    public static RaftSettings of(Path dir, RaftAddress self) {
        return new RaftSettings(dir, self, 2000, 16L << 20, 32L << 20, 10_000, 64L << 20);
    }
}
