package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.function.Function;

/**
 * Values of a partition's rows, in the encodings of {@link FieldWriter}, each behind the format u8
 * = 1. Static and pure.
 *
 * <pre>
 * CURRENT, VERSIONS  the version without bucket and key (in the row key) and inline bytes (INLINE)
 * VERSIONS, pointer  order i64 of the null version
 * INLINE             ciphertext alone, without a format
 * GARBAGE            segment
 * UNDERPROTECTED     write id, segment
 * USAGE              versions varint, bytes varint
 * PG_EPOCHS          list of (chunk u8, epoch i32) (40)
 * </pre>
 */
final class RowValues {
    static final int FORMAT = 1;

    private RowValues() {}

    static FieldWriter begin() {
        return new FieldWriter().u8(FORMAT);
    }

    static <T> T read(Bytes value, Function<FieldReader, T> fields) {
        return FieldReader.whole(
                value,
                in -> {
                    in.format(FORMAT);
                    return fields.apply(in);
                });
    }

    static Bytes version(VersionRow row) {
        return new FieldWriter(256).u8(FORMAT).version(withInline(row, Bytes.EMPTY)).toBytes();
    }

    /**
     * @param rowKey an object key or a version key
     */
    static VersionRow version(Bytes rowKey, Bytes value) {
        RowKeys.Parsed at = RowKeys.parse(rowKey, 0);
        return read(value, in -> in.version(at.bucket(), at.key()));
    }

    /** The row with these bytes where it is inline; other rows stay as they are. */
    static VersionRow withInline(VersionRow row, Bytes ciphertext) {
        VersionBody body = row.body();
        if (body == null || !(body.placement() instanceof Placement.Inline)) {
            return row;
        }
        return row.withBody(body.withPlacement(new Placement.Inline(ciphertext)));
    }

    static Bytes int64(long value) {
        return begin().int64(value).toBytes();
    }

    static long int64(Bytes value) {
        return read(value, FieldReader::int64);
    }

    static Bytes segment(SegmentRef segment) {
        return begin().segment(segment).toBytes();
    }

    static SegmentRef segment(Bytes value) {
        return read(value, FieldReader::segment);
    }

    /** Value of a row of {@link Family#UNDERPROTECTED}. */
    record Thin(WriteId write, SegmentRef segment) {
        Bytes encode() {
            return begin().id(write.id()).segment(segment).toBytes();
        }

        static Thin decode(Bytes value) {
            return read(value, in -> new Thin(in.write(), in.segment()));
        }
    }
}
