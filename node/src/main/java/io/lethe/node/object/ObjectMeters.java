package io.lethe.node.object;

import io.lethe.node.base.metrics.Metrics;
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
    public final LongAdder partsWritten = new LongAdder();
    public final LongAdder partsHashed = new LongAdder();

    /** Shows all of them. */
    public void show(Metrics metrics) {
        watch(
                metrics,
                "lanes_dropped",
                "Chunks left behind by a write because their device failed or lagged.",
                lanesDropped);
        watch(metrics, "segments_written", "Segments made durable.", segmentsWritten);
        watch(
                metrics,
                "segments_written_underprotected",
                "Segments acknowledged with chunks missing.",
                segmentsUnderprotected);
        watch(
                metrics,
                "segments_retried",
                "Segments begun anew in another placement group.",
                segmentsRetried);
        watch(metrics, "writes_closed", "Uploads that failed and were closed.", writesClosed);
        watch(metrics, "inline_written", "Objects written into their partition.", inlineWritten);
        watch(
                metrics,
                "reads_hedged",
                "Reads that asked further chunks because one was late.",
                readsHedged);
        watch(metrics, "reads_degraded", "Reads that decoded a missing chunk.", readsDegraded);
        watch(metrics, "chunks_corrupt", "Chunks that came with a wrong checksum.", chunksCorrupt);
        watch(
                metrics,
                "cells_forged",
                "Cells that did not open though their checksums held.",
                cellsForged);
        watch(
                metrics,
                "segments_reclaimed",
                "Deleted segments whose space was given back.",
                segmentsReclaimed);
        watch(
                metrics,
                "chunks_rebuilt",
                "Missing chunks of acknowledged segments completed.",
                chunksRebuilt);
        watch(
                metrics,
                "segments_replaced",
                "Under-protected segments written anew elsewhere.",
                segmentsReplaced);
        watch(
                metrics,
                "orphans_deleted",
                "Chunks deleted that no committed version names.",
                orphansDeleted);
        watch(metrics, "parts_written", "Parts of multipart uploads put.", partsWritten);
        watch(
                metrics,
                "parts_hashed",
                "Parts hashed into their object's digests before its completion.",
                partsHashed);
    }

    private static void watch(Metrics metrics, String name, String help, LongAdder meter) {
        metrics.counter("lethe_object_" + name, help).watch(meter::sum);
    }
}
