package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.BucketId;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@link Family#UPLOADS}: uploads that are under way, and no others. Static and pure.
 *
 * <p>Key: object key ‖ order i64, so that uploads are walked by key, then by time. Value: format u8
 * = 1 ‖ {@link FieldWriter#uploadFields}; where the upload is protected 2 ‖ the same ‖ {@link
 * FieldWriter#protection}.
 */
final class UploadTable {
    private static final int PROTECTED = 2;

    private UploadTable() {}

    static Bytes key(BucketId bucket, Bytes key, long order) {
        return key(RowKeys.objectKey(bucket, key), order);
    }

    private static Bytes key(Bytes objectKey, long order) {
        return new Encoder(objectKey.length() + 8).raw(objectKey).i64(order).toBytes();
    }

    /** What a key says. */
    static RowKeys.Parsed parse(Bytes rowKey) {
        RowKeys.Parsed at = RowKeys.parse(rowKey, 0);
        return new RowKeys.Parsed(at.bucket(), at.key(), ~at.order());
    }

    static UploadRow read(Bytes rowKey, Bytes value) {
        RowKeys.Parsed at = parse(rowKey);
        if (value.at(0) != PROTECTED) {
            return RowValues.read(value, in -> in.uploadFields(at.bucket(), at.key(), at.order()));
        }
        return FieldReader.whole(
                value,
                in -> {
                    in.format(PROTECTED);
                    UploadRow row = in.uploadFields(at.bucket(), at.key(), at.order());
                    return row.withProtection(in.protection());
                });
    }

    static @Nullable UploadRow at(Draft draft, BucketId bucket, Bytes key, long order) {
        Bytes rowKey = key(bucket, key, order);
        Bytes value = draft.get(Family.UPLOADS, rowKey);
        return value == null ? null : read(rowKey, value);
    }

    /** The upload where it is under way, and the one that is meant. */
    static @Nullable UploadRow get(Draft draft, UploadRef ref) {
        UploadRow row = at(draft, ref.bucket(), ref.key(), ref.order());
        return row != null && row.write().equals(ref.write()) ? row : null;
    }

    static void put(Draft draft, UploadRow row) {
        draft.put(Family.UPLOADS, key(row.bucket(), row.key(), row.order()), value(row));
    }

    private static Bytes value(UploadRow row) {
        return row.protection().isNone()
                ? RowValues.begin().uploadFields(row).toBytes()
                : new FieldWriter()
                        .u8(PROTECTED)
                        .uploadFields(row)
                        .protection(row.protection())
                        .toBytes();
    }

    /** Enters an upload that begins. */
    static void begin(Draft draft, UploadRow row) {
        put(draft, row);
        ChangeTable.made(draft, row);
    }

    static void delete(Draft draft, UploadRow row) {
        draft.delete(Family.UPLOADS, key(row.bucket(), row.key(), row.order()));
        ChangeTable.gone(draft, row.bucket(), row.order());
    }
}
