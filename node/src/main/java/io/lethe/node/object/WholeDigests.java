package io.lethe.node.object;

import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.ResumableDigests;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer.MidstateFound;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.List;

/**
 * Finishes the hashes over the parts of an upload: takes them up where {@link UploadHasher} has
 * left them, and reads what it has not come to. Safe for any task.
 */
final class WholeDigests {
    private final UploadFinder finder;
    private final ObjectReader reader;

    WholeDigests(UploadFinder finder, ObjectReader reader) {
        this.finder = finder;
        this.reader = reader;
    }

    /** Where plaintext goes. */
    interface Sink {
        void update(byte[] source, int offset, int lengthBytes);
    }

    /**
     * The hashes of these parts, one behind the other. The parts were listed before: what the saved
     * hashes stand for is then no older, and the commit finds out where it is newer.
     */
    Digests.Result of(UploadFinder.Running upload, List<PartRow> parts, long deadlineNanos)
            throws InterruptedException {
        int leading = leading(parts);
        MidstateFound saved =
                leading == 0 ? null : finder.midstate(upload.ref(), leading, deadlineNanos);
        if (saved == null || saved.number() == 0) {
            Digests digests = new Digests();
            read(upload, parts, digests::update, deadlineNanos);
            return digests.finish();
        }
        ResumableDigests digests = ResumableDigests.resume(saved.midstate());
        read(upload, parts.subList(saved.number(), parts.size()), digests::update, deadlineNanos);
        return digests.finish();
    }

    /** Up to which part the numbers are 1, 2, 3 and so on, as the hashes follow them. */
    private static int leading(List<PartRow> parts) {
        int leading = 0;
        while (leading < parts.size() && parts.get(leading).number() == leading + 1) {
            leading++;
        }
        return leading;
    }

    private void read(
            UploadFinder.Running upload, List<PartRow> parts, Sink sink, long deadlineNanos)
            throws InterruptedException {
        for (PartRow part : parts) {
            if (part.body().sizeBytes() == 0) {
                continue;
            }
            List<SegmentRef> segments = finder.segments(upload.ref(), part.order(), deadlineNanos);
            if (segments.isEmpty()) {
                throw new StoreException(
                        ErrorCode.INVALID_PART, "a part was uploaded again meanwhile");
            }
            read(upload.dataKey(), upload.row().write(), segments, sink, deadlineNanos);
        }
    }

    /**
     * Reads a part.
     *
     * @param upload its write
     */
    void read(
            KeyBytes dataKey,
            WriteId upload,
            List<SegmentRef> segments,
            Sink sink,
            long deadlineNanos)
            throws InterruptedException {
        try (ObjectReader.Source source = reader.part(dataKey, upload, segments, deadlineNanos)) {
            for (ObjectReader.Piece piece = source.next(); piece != null; piece = source.next()) {
                sink.update(piece.array(), piece.offset(), piece.lengthBytes());
            }
        }
    }
}
