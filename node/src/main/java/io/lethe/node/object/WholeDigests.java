package io.lethe.node.object;

import io.lethe.node.crypto.CustomerKeys;
import io.lethe.node.crypto.Digests;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.ResumableDigests;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer.MidstateFound;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.model.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finishes the hashes over the parts of an upload: takes them up where {@link UploadHasher} has
 * left them, and reads what it has not come to. Safe for any task.
 */
final class WholeDigests {
    private final UploadFinder finder;
    private final ObjectReader reader;
    private final HashCatchUp catchUp;

    WholeDigests(UploadFinder finder, ObjectReader reader, HashCatchUp catchUp) {
        this.finder = finder;
        this.reader = reader;
        this.catchUp = catchUp;
    }

    /** Where the plaintext of parts goes. */
    interface Sink {
        /** What comes now is of this part. */
        default void begin(PartRow part) {}

        /** The sink may change what is in the array. */
        void update(byte[] source, int offset, int lengthBytes);

        /** The part is whole. */
        default void end(PartRow part) throws InterruptedException {}
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
        MidstateFound saved = null;
        if (leading > 0) {
            catchUp.beforeCompletion(upload.ref(), leading, deadlineNanos);
            saved = finder.midstate(upload.ref(), leading, deadlineNanos);
        }
        if (saved == null || saved.number() == 0) {
            Digests digests = new Digests();
            Sink sink =
                    customer == null ? digests::update : new Unsealed(upload, customer, digests);
            read(upload.dataKey(), upload.ref(), parts, sink, deadlineNanos);
            return digests.finish();
        }
        ResumableDigests digests = ResumableDigests.resume(saved.midstate());
        List<PartRow> rest = parts.subList(saved.number(), parts.size());
        read(upload.dataKey(), upload.ref(), rest, digests::update, deadlineNanos);
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

    /** Takes a customer's key stream, which each part has of its own, off what comes. */
    private static final class Unsealed implements Sink {
        private final UploadFinder.Running upload;
        private final KeyBytes customer;
        private final Digests digests;
        private CustomerKeys.@Nullable Stream stream;

        Unsealed(UploadFinder.Running upload, KeyBytes customer, Digests digests) {
            this.upload = upload;
            this.customer = customer;
            this.digests = digests;
        }

        @Override
        public void begin(PartRow part) {
            stream = new CustomerKeys.Stream(upload.dataKey(), customer, part.write(), 0);
        }

        @Override
        public void update(byte[] source, int offset, int lengthBytes) {
            CustomerKeys.Stream here = stream;
            if (here != null) {
                here.apply(source, offset, lengthBytes);
            }
            digests.update(source, offset, lengthBytes);
        }
    }

    /**
     * Reads parts, one behind the other.
     *
     * @throws StoreException INVALID_PART when one is gone
     */
    void read(
            KeyBytes dataKey, UploadRef upload, List<PartRow> parts, Sink sink, long deadlineNanos)
            throws InterruptedException {
        if (parts.stream().allMatch(part -> part.body().sizeBytes() == 0)) {
            for (PartRow part : parts) {
                sink.end(part);
            }
            return;
        }
        try (ObjectReader.Source source = reader.parts(dataKey, upload, parts, deadlineNanos)) {
            ObjectReader.Piece piece = null;
            int used = 0;
            for (PartRow part : parts) {
                sink.begin(part);
                for (long left = part.body().sizeBytes(); left > 0; ) {
                    if (piece == null || used == piece.lengthBytes()) {
                        piece = source.next();
                        used = 0;
                    }
                    if (piece == null) {
                        throw new IllegalStateException("parts end before their sizes do");
                    }
                    int length = (int) Math.min(left, piece.lengthBytes() - used);
                    sink.update(piece.array(), piece.offset() + used, length);
                    used += length;
                    left -= length;
                }
                sink.end(part);
            }
        }
    }
}
