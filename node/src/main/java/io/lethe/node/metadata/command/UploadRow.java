package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.Protection;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;

/**
 * A multipart upload that is under way, as the partition keeps it. It lives until it is completed
 * or aborted.
 *
 * @param storageClass as asked for; empty: the bucket's
 * @param checksum what its door wants to know again of checksums; at most {@link
 *     PartBody#MOST_CHECKSUM_BYTES}
 * @param sealedInfo as in {@link VersionBody}; empty in a listing
 * @param shard the shard whose key wraps the data key
 * @param wrappedKey the data key of the version to come; empty in a listing
 * @param protection that the version shall have
 */
public record UploadRow(
        BucketId bucket,
        Bytes key,
        long order,
        WriteId write,
        TenantId tenant,
        long createdMillis,
        String storageClass,
        Bytes checksum,
        Bytes sealedInfo,
        ShardId shard,
        Bytes wrappedKey,
        Protection protection) {
    /** Unprotected. */
    public UploadRow(
            BucketId bucket,
            Bytes key,
            long order,
            WriteId write,
            TenantId tenant,
            long createdMillis,
            String storageClass,
            Bytes checksum,
            Bytes sealedInfo,
            ShardId shard,
            Bytes wrappedKey) {
        this(
                bucket,
                key,
                order,
                write,
                tenant,
                createdMillis,
                storageClass,
                checksum,
                sealedInfo,
                shard,
                wrappedKey,
                Protection.NONE);
    }

    public UploadRow {
        Check.range("checksum bytes", checksum.length(), 0, PartBody.MOST_CHECKSUM_BYTES);
        Check.range("sealed info bytes", sealedInfo.length(), 0, VersionBody.MOST_INFO_BYTES);
    }

    public UploadRef ref() {
        return new UploadRef(bucket, key, order, write);
    }

    /** For a listing: without what only its writers need. */
    public UploadRow listed() {
        return new UploadRow(
                bucket,
                key,
                order,
                write,
                tenant,
                createdMillis,
                storageClass,
                checksum,
                Bytes.EMPTY,
                shard,
                Bytes.EMPTY,
                protection);
    }

    /** With its data key wrapped by another shard. */
    public UploadRow under(ShardId next, Bytes wrapped) {
        return new UploadRow(
                bucket,
                key,
                order,
                write,
                tenant,
                createdMillis,
                storageClass,
                checksum,
                sealedInfo,
                next,
                wrapped,
                protection);
    }

    public UploadRow withProtection(Protection other) {
        return new UploadRow(
                bucket,
                key,
                order,
                write,
                tenant,
                createdMillis,
                storageClass,
                checksum,
                sealedInfo,
                shard,
                wrappedKey,
                other);
    }
}
