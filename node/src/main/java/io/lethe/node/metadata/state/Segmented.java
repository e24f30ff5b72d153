package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What owns segments: a version or a part. Both are named by bucket, key and an order that no other
 * of the partition has.
 */
interface Segmented {
    SegmentTable.Owner owner();

    List<SegmentRef> segments();

    /** Writes it with other segments. */
    void update(List<SegmentRef> segments);

    static @Nullable Segmented find(Draft draft, BucketId bucket, Bytes key, long order) {
        KeyVersions versions = new KeyVersions(draft, bucket, key);
        VersionRow row = versions.at(order);
        VersionBody body = row == null ? null : row.body();
        if (row == null || body == null) {
            return Parts.segmented(draft, RowKeys.versionKey(bucket, key, order));
        }
        return new Segmented() {
            @Override
            public SegmentTable.Owner owner() {
                return SegmentTable.Owner.of(row);
            }

            @Override
            public List<SegmentRef> segments() {
                return Commits.segments(body);
            }

            @Override
            public void update(List<SegmentRef> segments) {
                versions.update(row.withBody(body.withPlacement(new Placement.Segments(segments))));
            }
        };
    }

    default @Nullable SegmentRef segment(SegmentId id) {
        for (SegmentRef one : segments()) {
            if (one.segment().equals(id)) {
                return one;
            }
        }
        return null;
    }

    /** Puts a segment into the place of another, or of itself. */
    default void swap(SegmentId old, SegmentRef fresh) {
        List<SegmentRef> list = new ArrayList<>(segments());
        list.replaceAll(one -> one.segment().equals(old) ? fresh : one);
        update(list);
    }
}
