package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@link Family#CHANGES}: one for each version, delete marker and upload that is there,
 * by bucket and order, and so by time; and how far those who walk them have come. Written and
 * removed in the decision that makes and removes what they point to. Static and pure.
 *
 * <pre>
 * 1 ‖ bucket prefix ‖ order i64   format u8 = 1 ‖ kind u8 (1 version, 2 upload) ‖ key ‖
 *                                 of an upload: write id
 * 2 ‖ walk u8 ‖ bucket prefix     progress, as it came
 * </pre>
 *
 * A partition from before this family has no rows for what it held then: there is none that was
 * released. What walks the index does not see such versions until they are written anew.
 */
final class ChangeTable {
    private static final int MADE = 1;
    private static final int PROGRESS = 2;
    private static final int VERSION = 1;
    private static final int UPLOAD = 2;

    /** Bytes before a row's order: the kind of row, and the bucket prefix. */
    private static final int ORDER_AT = 1 + RowKeys.PREFIX_BYTES;

    private ChangeTable() {}

    /** Where the row of something made in a bucket lies. */
    static Bytes key(BucketId bucket, long order) {
        return new Encoder(32).u8(MADE).raw(RowKeys.bucketPrefix(bucket)).i64(order).toBytes();
    }

    static long order(Bytes rowKey) {
        return FieldReader.whole(rowKey.slice(ORDER_AT, rowKey.length()), FieldReader::int64);
    }

    /**
     * What a row says.
     *
     * @param upload null for a version
     */
    record Made(Bytes key, @Nullable WriteId upload) {
        static Made decode(Bytes value) {
            return RowValues.read(
                    value,
                    in -> {
                        int kind = in.u8();
                        return switch (kind) {
                            case VERSION -> new Made(in.key(), null);
                            case UPLOAD -> new Made(in.key(), in.write());
                            default -> throw FieldReader.unknown("change", kind);
                        };
                    });
        }
    }

    static void made(Draft draft, VersionRow row) {
        draft.put(
                Family.CHANGES,
                key(row.bucket(), row.order()),
                RowValues.begin().u8(VERSION).key(row.key()).toBytes());
    }

    static void made(Draft draft, UploadRow row) {
        draft.put(
                Family.CHANGES,
                key(row.bucket(), row.order()),
                RowValues.begin().u8(UPLOAD).key(row.key()).id(row.write().id()).toBytes());
    }

    static void gone(Draft draft, BucketId bucket, long order) {
        draft.delete(Family.CHANGES, key(bucket, order));
    }

    private static Encoder ofWalk(Walk walk) {
        return new Encoder(32).u8(PROGRESS).u8(walk.ordinal());
    }

    static Bytes progressKey(Walk walk, BucketId bucket) {
        return ofWalk(walk).raw(RowKeys.bucketPrefix(bucket)).toBytes();
    }

    /** What the keys of all progress of a walk start with. */
    static Bytes progressOf(Walk walk) {
        return ofWalk(walk).toBytes();
    }

    static BucketId bucketOfProgress(Bytes rowKey) {
        return RowKeys.bucketOf(rowKey.slice(2, rowKey.length()));
    }
}
