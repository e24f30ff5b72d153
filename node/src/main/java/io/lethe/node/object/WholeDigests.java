package io.lethe.node.object;

import io.lethe.node.crypto.CustomerKeys;
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
import org.jspecify.annotations.Nullable;

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
     *
     * @param customer under which the parts are, so that nobody has hashed them before; or null
     */
    Digests.Result of(
            UploadFinder.Running upload,
            List<PartRow> parts,
            @Nullable KeyBytes customer,
            long deadlineNanos)
            throws InterruptedException {
        int leading = customer == null ? leading(parts) : 0;
        MidstateFound saved =
                leading == 0 ? null : finder.midstate(upload.ref(), leading, deadlineNanos);
        if (saved == null || saved.number() == 0) {
            Digests digests = new Digests();
            read(upload, parts, customer, digests::update, deadlineNanos);
            return digests.finish();
        }
        ResumableDigests digests = ResumableDigests.resume(saved.midstate());
        List<PartRow> rest = parts.subList(saved.number(), parts.size());
        read(upload, rest, null, digests::update, deadlineNanos);
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
            UploadFinder.Running upload,
            List<PartRow> parts,
            @Nullable KeyBytes customer,
            Sink sink,
            long deadlineNanos)
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
            Sink plain = customer == null ? sink : unsealed(upload.dataKey(), customer, part, sink);
            read(upload.dataKey(), upload.row().write(), segments, plain, deadlineNanos);
        }
    }

    /** Takes a customer's key stream off what comes, where it lies. */
    private static Sink unsealed(KeyBytes dataKey, KeyBytes customer, PartRow part, Sink sink) {
        CustomerKeys.Stream stream = new CustomerKeys.Stream(dataKey, customer, part.write(), 0);
        return (source, offset, length) -> {
            stream.apply(source, offset, length);
            sink.update(source, offset, length);
        };
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
