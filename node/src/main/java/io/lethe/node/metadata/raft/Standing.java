package io.lethe.node.metadata.raft;

import org.jspecify.annotations.Nullable;

/**
 * How the store of a replica stands that is not open.
 *
 * @param generation as its votes say, which is what counts
 * @param logGeneration as its log says: a later one where it is being made over
 * @param lastIndex end of its log, also where only a snapshot is left of that
 * @param lastTerm of the last entry; 0 where only a snapshot is left
 * @param lastCommand the newest that its log has, near the end; null: none
 */
public record Standing(
        int generation,
        int logGeneration,
        long lastIndex,
        long lastTerm,
        byte @Nullable [] lastCommand) {}
