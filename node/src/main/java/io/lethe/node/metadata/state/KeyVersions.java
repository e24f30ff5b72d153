package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.Condition.Seen;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.model.BucketId;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one key in one decision. Invariants that every command keeps:
 *
 * <ul>
 *   <li>{@link Family#CURRENT} has a row at the object key exactly when the key's newest version is
 *       an object; {@link Family#VERSIONS} holds every other version, at its version key.
 *   <li>At most one version is the null version. Where it lies in VERSIONS, a <i>pointer</i> lies
 *       there too, at the object key, with its order; otherwise there is no pointer.
 * </ul>
 *
 * One thread.
 */
final class KeyVersions {
    private final Draft draft;
    private final Bytes objectKey;

    KeyVersions(Draft draft, BucketId bucket, Bytes key) {
        this.draft = draft;
        this.objectKey = RowKeys.objectKey(bucket, key);
    }

    /** The newest version where it is an object. */
    @Nullable VersionRow current() {
        Bytes value = draft.get(Family.CURRENT, objectKey);
        return value == null ? null : RowValues.version(objectKey, value);
    }

    @Nullable VersionRow at(long order) {
        VersionRow current = current();
        if (current != null && current.order() == order) {
            return current;
        }
        Bytes at = RowKeys.versionKey(objectKey, order);
        Bytes value = order < 0 ? null : draft.get(Family.VERSIONS, at);
        return value == null ? null : RowValues.version(at, value);
    }

    @Nullable VersionRow nullVersion() {
        VersionRow current = current();
        if (current != null && current.nullVersion()) {
            return current;
        }
        Bytes pointer = draft.get(Family.VERSIONS, objectKey);
        if (pointer == null) {
            return null;
        }
        VersionRow row = at(RowValues.int64(pointer));
        Check.that(row != null && row.nullVersion(), "a pointer to no null version: " + objectKey);
        return row;
    }

    /**
     * Adds the newest version; the one that was current becomes an older one.
     *
     * @return whether its shard has its fill
     */
    boolean add(VersionRow row) {
        VersionRow before = current();
        if (before != null) {
            draft.delete(Family.CURRENT, objectKey);
            putOlder(before);
        }
        if (row.isDeleteMarker()) {
            putOlder(row);
        } else {
            draft.put(Family.CURRENT, objectKey, RowValues.version(row));
        }
        return Ledger.added(draft, row);
    }

    private void putOlder(VersionRow row) {
        Bytes at = RowKeys.versionKey(objectKey, row.order());
        draft.put(Family.VERSIONS, at, RowValues.version(row));
        if (row.nullVersion()) {
            draft.put(Family.VERSIONS, objectKey, RowValues.int64(row.order()));
        }
    }

    private void deleteOlder(VersionRow row) {
        draft.delete(Family.VERSIONS, RowKeys.versionKey(objectKey, row.order()));
        if (row.nullVersion()) {
            draft.delete(Family.VERSIONS, objectKey);
        }
    }

    private boolean isCurrent(VersionRow row) {
        VersionRow current = current();
        return current != null && current.order() == row.order();
    }

    /** Removes a version for good. {@link #promote} or {@link #add} must follow. */
    void drop(VersionRow row) {
        if (isCurrent(row)) {
            draft.delete(Family.CURRENT, objectKey);
        } else {
            deleteOlder(row);
        }
        Ledger.dropped(draft, row);
    }

    /**
     * After a {@link #drop}: the newest version that is left becomes current if it is an object.
     */
    void promote() {
        if (draft.has(Family.CURRENT, objectKey)) {
            return;
        }
        VersionRow row = newestOlder();
        if (row != null && !row.isDeleteMarker()) {
            deleteOlder(row);
            draft.put(Family.CURRENT, objectKey, RowValues.version(row));
        }
    }

    /** The newest version, object or delete marker. */
    @Nullable VersionRow newest() {
        VersionRow current = current();
        return current != null ? current : newestOlder();
    }

    private @Nullable VersionRow newestOlder() {
        VersionRow[] newest = new VersionRow[1];
        draft.rows()
                .scan(
                        Family.VERSIONS,
                        RowKeys.after(objectKey),
                        objectKey.prefixEnd(),
                        (at, value) -> {
                            if (!draft.has(Family.VERSIONS, at)) {
                                return Step.NEXT;
                            }
                            newest[0] = RowValues.version(at, value);
                            return Step.STOP;
                        });
        return newest[0];
    }

    /**
     * Whether a version is there, and as it was seen. What hid it and is there still is right above
     * it still: whatever came since has a higher order. Asked before anything is changed.
     */
    boolean stands(Seen seen) {
        VersionRow row = at(seen.order());
        if (row == null || !says(row, seen.info())) {
            return false;
        }
        if (seen.hiddenBy() == 0) {
            VersionRow newest = newest();
            return newest != null && newest.order() == seen.order();
        }
        // One of those above it is the newest, and no noncurrent one.
        return seen.hiddenBy() > seen.order()
                && at(seen.hiddenBy()) != null
                && above(seen.order(), seen.newer() + 1) > seen.newer();
    }

    private static boolean says(VersionRow row, @Nullable Bytes info) {
        VersionBody body = row.body();
        return info == null || (body != null && body.sealedInfo().equals(info));
    }

    /** Versions above an order, counted to {@code most}. */
    private int above(long order, int most) {
        VersionRow current = current();
        int[] count = {current != null && current.order() > order ? 1 : 0};
        if (count[0] < most) {
            draft.rows()
                    .scan(
                            Family.VERSIONS,
                            RowKeys.after(objectKey),
                            RowKeys.versionKey(objectKey, order),
                            (_, _) -> ++count[0] == most ? Step.STOP : Step.NEXT);
        }
        return count[0];
    }

    /** Writes another content of a version where it lies. */
    void update(VersionRow row) {
        if (isCurrent(row)) {
            draft.put(Family.CURRENT, objectKey, RowValues.version(row));
        } else {
            putOlder(row);
        }
    }
}
