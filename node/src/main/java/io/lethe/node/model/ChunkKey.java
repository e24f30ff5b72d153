package io.lethe.node.model;

import io.lethe.node.base.Check;

/** One chunk of a segment: {@code index} counts data chunks from 0 to k-1, then parity to k+m-1. */
public record ChunkKey(PgId pg, SegmentId segment, int index) {
    public ChunkKey {
        Check.range("chunk index", index, 0, Scheme.MOST_DATA + Scheme.MOST_PARITY - 1);
    }

    @Override
    public String toString() {
        return pg + "/" + segment + "/" + index;
    }
}
