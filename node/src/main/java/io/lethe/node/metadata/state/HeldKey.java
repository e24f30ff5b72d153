package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * A data key that a shard wraps, found by its holder's place in the shard: the version key of a
 * version, or the place of an upload, also after it became a version.
 *
 * @param write the identity in associated data
 */
record HeldKey(
        BucketId bucket,
        Bytes key,
        long order,
        WriteId write,
        TenantId tenant,
        ShardId shard,
        Bytes wrappedKey) {
    static @Nullable HeldKey find(Draft draft, Bytes place) {
        RowKeys.Parsed at = RowKeys.parse(place, 0);
        UploadRow upload = UploadTable.at(draft, at.bucket(), at.key(), at.order());
        if (upload != null) {
            return new HeldKey(
                    at.bucket(),
                    at.key(),
                    at.order(),
                    upload.write(),
                    upload.tenant(),
                    upload.shard(),
                    upload.wrappedKey());
        }
        VersionRow row = version(draft, place, at);
        VersionBody body = row == null ? null : row.body();
        return row == null || body == null
                ? null
                : new HeldKey(
                        at.bucket(),
                        at.key(),
                        at.order(),
                        row.write(),
                        row.tenant(),
                        body.shard(),
                        body.wrappedKey());
    }

    private static @Nullable VersionRow version(Draft draft, Bytes place, RowKeys.Parsed at) {
        long became = PartTable.versionOf(draft, place);
        return new KeyVersions(draft, at.bucket(), at.key()).at(became >= 0 ? became : at.order());
    }

    /**
     * The key of whatever has this order: a version, an upload or a part.
     *
     * @param place a version key with that order
     */
    static @Nullable HeldKey of(Draft draft, Bytes place) {
        PartTable.Found part = PartTable.byOrder(draft, place);
        return find(draft, part == null ? place : part.place());
    }

    /** Writes the holder with its key wrapped by another shard. */
    void rewrap(Draft draft, ShardId to, Bytes wrapped) {
        UploadRow upload = UploadTable.at(draft, bucket, key, order);
        if (upload != null) {
            UploadTable.put(draft, upload.under(to, wrapped));
            return;
        }
        Bytes place = RowKeys.versionKey(bucket, key, order);
        VersionRow row = version(draft, place, RowKeys.parse(place, 0));
        VersionBody body = row == null ? null : row.body();
        if (row != null && body != null) {
            new KeyVersions(draft, bucket, key).update(row.withBody(body.under(to, wrapped)));
        }
    }
}
