package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import java.util.List;

/**
 * An object version's content and keys, as a gateway commits it.
 *
 * @param sizeBytes plaintext
 * @param etag without quotes; MD5 in hex, or {@code hex-N} for multipart
 * @param md5 16 bytes
 * @param sha256 32 bytes
 * @param sealedInfo content type, user metadata and tags under the data key; at most {@link
 *     #MOST_INFO_BYTES}
 * @param shard the shard whose key wraps the data key
 * @param wrappedKey the data key under the shard key
 * @param storageClass as it was asked for; empty: the bucket's
 * @param customerKey whether it is under a customer's key: its digests must not be told then
 */
public record VersionBody(
        long sizeBytes,
        String etag,
        Bytes md5,
        Bytes sha256,
        Bytes sealedInfo,
        ShardId shard,
        Bytes wrappedKey,
        String storageClass,
        boolean customerKey,
        Placement placement) {
    /** 2 KiB user metadata + 50 tags of 128 + 256 characters in UTF-8 + content headers, sealed. */
    public static final int MOST_INFO_BYTES = 96 * 1024;

    /** 5 TiB in 64 MiB segments, and as many parts again as S3 allows. */
    public static final int MOST_SEGMENTS = 100_000;

    /**
     * Ciphertext of an inline object: far above the configured threshold (16 KiB by default), so
     * that it can be raised, and small enough for a log entry.
     */
    public static final int MOST_INLINE_BYTES = 1024 * 1024;

    /** Where the bytes are. */
    public sealed interface Placement {
        /** In the partition itself, encrypted as one cell (tag included). */
        record Inline(Bytes ciphertext) implements Placement {}

        /** In segments, in order. */
        record Segments(List<SegmentRef> list) implements Placement {
            public Segments {
                list = List.copyOf(list);
                Check.range("segments", list.size(), 1, MOST_SEGMENTS);
            }
        }

        /**
         * In the parts of a multipart upload, whose rows name the segments: so that the version's
         * own row stays short however many there are.
         *
         * @param upload order of the upload
         * @param count parts, at most {@link PartRow#MOST_PARTS}
         */
        record Parts(long upload, int count) implements Placement {
            public Parts {
                Check.range("parts", count, 1, PartRow.MOST_PARTS);
            }
        }
    }

    /** In the bucket's storage class, under no customer's key. */
    public VersionBody(
            long sizeBytes,
            String etag,
            Bytes md5,
            Bytes sha256,
            Bytes sealedInfo,
            ShardId shard,
            Bytes wrappedKey,
            Placement placement) {
        this(sizeBytes, etag, md5, sha256, sealedInfo, shard, wrappedKey, "", false, placement);
    }

    public VersionBody {
        Check.range("md5 bytes", md5.length(), 16, 16);
        Check.range("sha256 bytes", sha256.length(), 32, 32);
        Check.range("sealed info bytes", sealedInfo.length(), 0, MOST_INFO_BYTES);
    }

    public VersionBody withInfo(Bytes info) {
        return with(info, shard, wrappedKey, placement);
    }

    /** With its data key wrapped by another shard. */
    public VersionBody under(ShardId next, Bytes wrapped) {
        return with(sealedInfo, next, wrapped, placement);
    }

    public VersionBody withPlacement(Placement other) {
        return with(sealedInfo, shard, wrappedKey, other);
    }

    private VersionBody with(Bytes info, ShardId by, Bytes wrapped, Placement where) {
        return new VersionBody(
                sizeBytes, etag, md5, sha256, info, by, wrapped, storageClass, customerKey, where);
    }
}
