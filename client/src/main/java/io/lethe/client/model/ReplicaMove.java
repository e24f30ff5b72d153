package io.lethe.client.model;

/**
 * How far the move of a partition's replica is.
 *
 * @param done the group has committed the new replica, and that the old one is gone
 * @param appliedIndex highest log index that the new replica has applied; 0 where it is not known
 * @param leaderAppliedIndex the leader's; 0 where it is not known
 */
public record ReplicaMove(boolean done, long appliedIndex, long leaderAppliedIndex) {}
