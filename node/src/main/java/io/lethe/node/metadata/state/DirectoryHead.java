package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.model.Id128;
import org.jspecify.annotations.Nullable;

/**
 * The directory's one row in {@link Family#META}. A working copy of one decision; one thread.
 *
 * <p>Key: "head". Value: format u8 = 1 ‖ cluster id ‖ name text ‖ failure domain text ‖ controller
 * epoch, state millis, last placement group, index, last removal of a bucket: varints.
 */
final class DirectoryHead {
    private static final Bytes KEY = Bytes.utf8("head");

    final Id128 cluster;
    final String name;

    /** device, node or rack. */
    final String failureDomain;

    /** The highest that came with a controller command. */
    long controllerEpoch;

    /** The newest stamp, in milliseconds since 1970. */
    long stateMillis;

    /** The number of the newest placement group. */
    long lastPg;

    /** The log index of the newest command. */
    long index;

    /** The log index at which a bucket was last removed; 0: never. */
    long bucketRemovedIndex;

    DirectoryHead(Id128 cluster, String name, String failureDomain) {
        this.cluster = cluster;
        this.name = name;
        this.failureDomain = failureDomain;
    }

    static @Nullable DirectoryHead read(Rows rows) {
        Bytes value = rows.get(Family.META, KEY);
        return value == null ? null : RowValues.read(value, DirectoryHead::read);
    }

    private static DirectoryHead read(FieldReader in) {
        DirectoryHead head = new DirectoryHead(in.id(), in.text(), in.text());
        head.controllerEpoch = in.number();
        head.stateMillis = in.number();
        head.lastPg = in.number();
        head.index = in.number();
        head.bucketRemovedIndex = in.number();
        return head;
    }

    Change.Put toRow() {
        return new Change.Put(
                Family.META,
                KEY,
                RowValues.begin()
                        .id(cluster)
                        .text(name)
                        .text(failureDomain)
                        .number(controllerEpoch)
                        .number(stateMillis)
                        .number(lastPg)
                        .number(index)
                        .number(bucketRemovedIndex)
                        .toBytes());
    }
}
