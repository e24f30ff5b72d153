package io.lethe.node.object;

import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.model.StoreException;
import java.util.List;

/** Reads the plaintext of parts of an upload under way. Safe for any task. */
final class PartsReader {
    private final ObjectReader reader;

    PartsReader(ObjectReader reader) {
        this.reader = reader;
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
