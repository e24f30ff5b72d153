package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.FieldReader;

/**
 * The directory index at which a user or an access key was last removed, in {@link Family#META}:
 * what was sent before it must not bring it back. Static and pure.
 *
 * <p>Key: "identity removed". Value: format u8 = 1 ‖ index varint.
 */
final class RemovalRow {
    private static final Bytes KEY = Bytes.utf8("identity removed");

    private RemovalRow() {}

    /** 0 where none ever was. */
    static long read(Rows rows) {
        Bytes value = rows.get(Family.META, KEY);
        return value == null ? 0 : RowValues.read(value, FieldReader::number);
    }

    static Change.Put put(long index) {
        return new Change.Put(Family.META, KEY, RowValues.begin().number(index).toBytes());
    }
}
