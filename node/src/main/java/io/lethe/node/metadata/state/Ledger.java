package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.SegmentTable.Owner;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.TenantId;
import java.util.List;

/**
 * What has to be true elsewhere when a version comes or goes: inline bytes, digests, the index of
 * changes, the shard's holders, usage, protection, garbage, and how long the write's row is kept.
 * The only place where these change with a version, so that they can't drift apart. Static and
 * pure.
 *
 * <pre>
 * INLINE   version key                                       ciphertext
 * DIGESTS  1 ‖ SHA-256 ‖ version key, 2 ‖ MD5 ‖ version key  (no value)
 * USAGE    tenant id ‖ bucket i64                            versions, bytes
 * </pre>
 *
 * Usage counts every version and delete marker, and the plaintext bytes of versions, not the parts
 * of uploads that are under way.
 */
final class Ledger {
    private static final int SHA256 = 1;
    private static final int MD5 = 2;

    private Ledger() {}

    /**
     * @return whether the version's shard has its fill
     */
    static boolean added(Draft draft, VersionRow row) {
        usage(draft, row, 1);
        ChangeTable.made(draft, row);
        VersionBody body = row.body();
        if (body == null) {
            return false;
        }
        Bytes versionKey = RowKeys.versionKey(row.bucket(), row.key(), row.order());
        draft.put(Family.DIGESTS, digestKey(SHA256, body.sha256(), versionKey), Bytes.EMPTY);
        draft.put(Family.DIGESTS, digestKey(MD5, body.md5(), versionKey), Bytes.EMPTY);
        switch (body.placement()) {
            case Placement.Inline(Bytes ciphertext) ->
                    draft.put(Family.INLINE, versionKey, ciphertext);
            case Placement.Segments(List<SegmentRef> segments) ->
                    segments.forEach(one -> SegmentTable.protection(draft, Owner.of(row), one));
            // Its parts have all rows already, and the upload's place in the shard stays.
            case Placement.Parts parts -> {
                PartTable.became(draft, objectKey(row), parts.upload(), row.order());
                return false;
            }
        }
        return ShardTable.hold(draft, body.shard(), versionKey);
    }

    /** Forgets a version, which makes its segments garbage. */
    static void dropped(Draft draft, VersionRow row) {
        usage(draft, row, -1);
        ChangeTable.gone(draft, row.bucket(), row.order());
        VersionBody body = row.body();
        if (body == null) {
            return;
        }
        Bytes versionKey = RowKeys.versionKey(row.bucket(), row.key(), row.order());
        draft.delete(Family.DIGESTS, digestKey(SHA256, body.sha256(), versionKey));
        draft.delete(Family.DIGESTS, digestKey(MD5, body.md5(), versionKey));
        switch (body.placement()) {
            case Placement.Inline _ -> draft.delete(Family.INLINE, versionKey);
            case Placement.Segments(List<SegmentRef> segments) ->
                    SegmentTable.ownerGone(draft, Owner.of(row), segments);
            case Placement.Parts(long upload, int _) -> {
                Bytes place = RowKeys.versionKey(objectKey(row), upload);
                PartTable.gone(draft, place);
                WriteTable.versionGone(draft, versionKey, row.write());
                ShardTable.release(draft, body.shard(), place);
                return;
            }
        }
        ShardTable.release(draft, body.shard(), versionKey);
    }

    /** Takes a version off that the other half of a split has: nothing becomes garbage by it. */
    static void elsewhere(Draft draft, VersionRow row) {
        usage(draft, row, -1);
        ChangeTable.gone(draft, row.bucket(), row.order());
        VersionBody body = row.body();
        if (body != null) {
            Bytes versionKey = RowKeys.versionKey(row.bucket(), row.key(), row.order());
            draft.delete(Family.DIGESTS, digestKey(SHA256, body.sha256(), versionKey));
            draft.delete(Family.DIGESTS, digestKey(MD5, body.md5(), versionKey));
            if (body.placement() instanceof Placement.Inline) {
                draft.delete(Family.INLINE, versionKey);
            }
        }
    }

    private static Bytes objectKey(VersionRow row) {
        return RowKeys.objectKey(row.bucket(), row.key());
    }

    private static Bytes digestKey(int kind, Bytes digest, Bytes versionKey) {
        return new Encoder(128).u8(kind).raw(digest).raw(versionKey).toBytes();
    }

    static Bytes usageKey(TenantId tenant, BucketId bucket) {
        Encoder out = new Encoder(24);
        tenant.id().encode(out);
        return out.i64(bucket.value()).toBytes();
    }

    /** Versions and bytes of a tenant in a bucket. */
    record Usage(long versions, long bytes) {
        static Usage decode(Bytes value) {
            return RowValues.read(value, in -> new Usage(in.number(), in.number()));
        }
    }

    private static void usage(Draft draft, VersionRow row, int sign) {
        VersionBody body = row.body();
        long bytes = body == null ? 0 : body.sizeBytes();
        draft.head.versions += sign;
        draft.head.bytes += sign * bytes;
        Bytes key = usageKey(row.tenant(), row.bucket());
        Bytes value = draft.get(Family.USAGE, key);
        Usage before = value == null ? new Usage(0, 0) : Usage.decode(value);
        Usage after = new Usage(before.versions() + sign, before.bytes() + (sign * bytes));
        Check.that(after.versions() >= 0 && after.bytes() >= 0, "usage below zero: " + after);
        if (after.versions() == 0) {
            Check.that(after.bytes() == 0, "usage without versions: " + after);
            draft.delete(Family.USAGE, key);
        } else {
            Bytes next = RowValues.begin().number(after.versions()).number(after.bytes()).toBytes();
            draft.put(Family.USAGE, key, next);
        }
    }
}
