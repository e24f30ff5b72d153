package io.lethe.node.metadata.state;

import io.lethe.node.model.SegmentRef;

/** Segments for tests. */
final class TestSegments {
    private TestSegments() {}

    /** Another segment of the same length with all its chunks. */
    static SegmentRef copyOf(TestPartition partition, SegmentRef old) {
        SegmentRef fresh = partition.segment();
        return new SegmentRef(
                fresh.segment(), fresh.pg(), fresh.pgEpoch(), fresh.scheme(), old.lengthBytes(), 0);
    }
}
