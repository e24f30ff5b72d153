package io.lethe.node.object;

import java.util.concurrent.atomic.LongAdder;

/** What the object path counts; read by the metrics catalogue. Safe for any thread. */
public final class ObjectMeters {
    public final LongAdder lanesDropped = new LongAdder();
    public final LongAdder segmentsWritten = new LongAdder();
    public final LongAdder segmentsUnderprotected = new LongAdder();
    public final LongAdder segmentsRetried = new LongAdder();
    public final LongAdder writesClosed = new LongAdder();
    public final LongAdder inlineWritten = new LongAdder();
    public final LongAdder readsHedged = new LongAdder();
    public final LongAdder readsDegraded = new LongAdder();
    public final LongAdder chunksCorrupt = new LongAdder();
    public final LongAdder cellsForged = new LongAdder();
    public final LongAdder segmentsReclaimed = new LongAdder();
    public final LongAdder chunksRebuilt = new LongAdder();
    public final LongAdder segmentsReplaced = new LongAdder();
    public final LongAdder orphansDeleted = new LongAdder();
    public final LongAdder uploadsRejected = new LongAdder();
}
