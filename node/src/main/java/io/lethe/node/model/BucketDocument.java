package io.lethe.node.model;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;

/**
 * The document of a {@link BucketSetting}.
 *
 * @param index the directory index at which it was set: names the document among all that the
 *     setting ever had
 * @param bytes in whatever form the door that took it keeps; at most {@link #MOST_BYTES}; empty in
 *     the row that a removed one leaves, so that an older one cannot bring it back
 */
public record BucketDocument(long index, Bytes bytes) {
    /** The largest that S3 allows are 1,000 lifecycle rules, of some 300 bytes each. */
    public static final int MOST_BYTES = 512 * 1024;

    public BucketDocument {
        var _ = Check.range("document bytes", bytes.length(), 0, MOST_BYTES);
    }
}
