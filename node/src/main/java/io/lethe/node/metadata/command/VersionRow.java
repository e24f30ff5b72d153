package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.Protection;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * One version of an object, or a delete marker, as the partition keeps it.
 *
 * @param key 1 to 1,024 bytes of UTF-8
 * @param order the version's place: greater is newer; unique in its partition; names the version
 *     outside as 16 hex digits
 * @param nullVersion true where S3 names it {@code null}: written while versioning was off or
 *     suspended
 * @param createdMillis the stamp of its commit
 * @param body null for a delete marker; a row read for listing carries no inline bytes
 * @param protection never of a delete marker
 */
public record VersionRow(
        BucketId bucket,
        Bytes key,
        long order,
        boolean nullVersion,
        TenantId tenant,
        WriteId write,
        long createdMillis,
        @Nullable VersionBody body,
        Protection protection) {
    public static final int MOST_KEY_BYTES = 1024;

    /** Unprotected. */
    public VersionRow(
            BucketId bucket,
            Bytes key,
            long order,
            boolean nullVersion,
            TenantId tenant,
            WriteId write,
            long createdMillis,
            @Nullable VersionBody body) {
        this(bucket, key, order, nullVersion, tenant, write, createdMillis, body, Protection.NONE);
    }

    public VersionRow withBody(VersionBody other) {
        return new VersionRow(
                bucket, key, order, nullVersion, tenant, write, createdMillis, other, protection);
    }

    public VersionRow withProtection(Protection other) {
        return new VersionRow(
                bucket, key, order, nullVersion, tenant, write, createdMillis, body, other);
    }

    public boolean isDeleteMarker() {
        return body == null;
    }
}
