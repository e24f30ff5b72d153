/**
 * Replicated logs: SOFAJRaft behind the port {@link io.lethe.node.metadata.raft.ReplicatedLog},
 * with our own transport, log storage, vote storage and snapshots, because each of the library's
 * has a hole (protocols, "The Raft library"). Start reading at {@link
 * io.lethe.node.metadata.raft.ReplicatedLog}, then {@link io.lethe.node.metadata.raft.RaftHost}.
 */
@NullMarked
package io.lethe.node.metadata.raft;

import org.jspecify.annotations.NullMarked;
