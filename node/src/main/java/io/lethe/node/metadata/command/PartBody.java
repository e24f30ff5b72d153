package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.SegmentRef;
import java.util.List;

/**
 * The content of one part of a multipart upload.
 *
 * @param sizeBytes plaintext; 0 for a part without segments
 * @param md5 16 bytes: the part's ETag
 * @param sha256 32 bytes
 * @param checksum what the door wants to know again; opaque
 * @param segments in order; empty in a listing
 */
public record PartBody(
        long sizeBytes, Bytes md5, Bytes sha256, Bytes checksum, List<SegmentRef> segments) {
    /** A digest of 64 bytes in Base64 with its algorithm's name, and room. */
    public static final int MOST_CHECKSUM_BYTES = 256;

    /** 5 GiB in segments of 64 MiB are 80; room for geometries whose segments are shorter. */
    public static final int MOST_SEGMENTS = 200;

    public PartBody {
        segments = List.copyOf(segments);
        Check.range("md5 bytes", md5.length(), 16, 16);
        Check.range("sha256 bytes", sha256.length(), 32, 32);
        Check.range("checksum bytes", checksum.length(), 0, MOST_CHECKSUM_BYTES);
        Check.range("segments", segments.size(), 0, MOST_SEGMENTS);
    }

    /** For a listing: without its segments. */
    public PartBody listed() {
        return new PartBody(sizeBytes, md5, sha256, checksum, List.of());
    }

    public PartBody withSegments(List<SegmentRef> list) {
        return new PartBody(sizeBytes, md5, sha256, checksum, list);
    }
}
