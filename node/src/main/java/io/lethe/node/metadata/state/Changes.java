package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Brief;
import io.lethe.node.metadata.command.PartitionAnswer.BucketProgress;
import io.lethe.node.metadata.command.PartitionAnswer.ChangePage;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.metadata.command.PartitionAnswer.ProgressPage;
import io.lethe.node.metadata.command.PartitionCommand.SaveProgress;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.SavedProgress;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.model.BucketId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks the index of changes, and keeps how far its walkers have come. What is made later has a
 * higher order than all that is there, so whoever walked to the last order misses nothing. Static
 * and pure.
 */
final class Changes {
    /** A page ends with the row that passes this many bytes of versions read around it. */
    private static final int MOST_PAGE_BYTES = 4 * 1024 * 1024;

    private Changes() {}

    static PartitionReply save(Draft draft, SaveProgress c) {
        Bytes key = ChangeTable.progressKey(c.walk(), c.bucket());
        if (c.progress().isEmpty()) {
            draft.delete(Family.CHANGES, key);
        } else {
            draft.put(Family.CHANGES, key, c.progress());
        }
        return Replies.DONE;
    }

    static PartitionAnswer answer(Rows rows, PartitionHead head, PartitionQuery.OfChange query) {
        return switch (query) {
            case PartitionQuery.Changes q -> new Walker(rows, q).page(head);
            case SavedProgress q -> progress(rows, q);
        };
    }

    private static ProgressPage progress(Rows rows, SavedProgress q) {
        Bytes all = ChangeTable.progressOf(q.walk());
        // Each may be 80 KiB long: sixteen come to little more than a megabyte.
        Scans.Page<BucketProgress> page =
                Scans.page(
                        rows,
                        Family.CHANGES,
                        q.after() == null ? all : RowKeys.after(q.after()),
                        all.prefixEnd(),
                        Math.clamp(q.limit(), 1, 16),
                        (key, value) ->
                                new BucketProgress(ChangeTable.bucketOfProgress(key), value));
        return new ProgressPage(page.items(), page.last());
    }

    /** One page of a walk. */
    private static final class Walker {
        private final Rows state;
        private final PartitionQuery.Changes query;
        private final int depth;
        private int bytes;

        Walker(Rows state, PartitionQuery.Changes query) {
            this.state = state;
            this.query = query;
            depth = Math.clamp(query.depth(), 0, PartitionQuery.Changes.MOST_DEPTH);
        }

        ChangePage page(PartitionHead head) {
            long end = Math.max(query.from(), Math.min(query.to(), head.lastOrder + 1));
            if (query.from() < 0 || query.from() >= end) {
                return new ChangePage(List.of(), Math.max(0, end), true, head.stateMillis);
            }
            List<ChangeRow> found = new ArrayList<>();
            int limit = Answers.limit(query.limit());
            int[] lookedAt = new int[1];
            long[] next = {end};
            state.scan(
                    Family.CHANGES,
                    ChangeTable.key(query.bucket(), query.from()),
                    ChangeTable.key(query.bucket(), end),
                    (key, value) -> {
                        boolean full =
                                found.size() == limit
                                        || bytes > MOST_PAGE_BYTES
                                        || lookedAt[0]++ == PartitionQuery.Changes.MOST_LOOKED_AT;
                        if (full) {
                            next[0] = ChangeTable.order(key);
                            return Step.STOP;
                        }
                        ChangeTable.Made made = ChangeTable.Made.decode(value);
                        if (made.key().startsWith(query.prefix())
                                && head.covers(query.bucket(), made.key())) {
                            found.add(row(query.bucket(), ChangeTable.order(key), made));
                        }
                        return Step.NEXT;
                    });
            return new ChangePage(found, next[0], next[0] == end, head.stateMillis);
        }

        private ChangeRow row(BucketId bucket, long order, ChangeTable.Made made) {
            bytes += made.key().length();
            if (made.upload() != null) {
                return new ChangeRow(made.key(), order, made.upload(), 0, List.of());
            }
            Bytes objectKey = RowKeys.objectKey(bucket, made.key());
            VersionRow current = read(objectKey, state.get(Family.CURRENT, objectKey));
            List<Brief> versions = new ArrayList<>();
            int newer = 0;
            if (current != null && current.order() == order) {
                versions.add(brief(current));
            } else {
                newer = newer(objectKey, order, current != null);
            }
            // From itself on, or, where it is current, from the newest of the others.
            collect(objectKey, RowKeys.versionKey(objectKey, order), depth + 2, versions);
            return new ChangeRow(made.key(), order, null, newer, versions);
        }

        private static @Nullable VersionRow read(Bytes rowKey, @Nullable Bytes value) {
            return value == null ? null : RowValues.version(rowKey, value);
        }

        private static Brief brief(VersionRow row) {
            VersionBody body = row.body();
            return new Brief(
                    row.order(),
                    row.createdMillis(),
                    body == null ? Brief.MARKER : body.sizeBytes());
        }

        /** Versions above {@code order}, counted to one more than the depth. */
        private int newer(Bytes objectKey, long order, boolean current) {
            int[] count = {current ? 1 : 0};
            if (count[0] <= depth) {
                state.scan(
                        Family.VERSIONS,
                        RowKeys.after(objectKey),
                        RowKeys.versionKey(objectKey, order),
                        (key, _) -> {
                            bytes += key.length();
                            return ++count[0] > depth ? Step.STOP : Step.NEXT;
                        });
            }
            return count[0];
        }

        private void collect(Bytes objectKey, Bytes from, int most, List<Brief> versions) {
            state.scan(
                    Family.VERSIONS,
                    from,
                    objectKey.prefixEnd(),
                    (key, value) -> {
                        bytes += key.length() + value.length();
                        versions.add(brief(RowValues.version(key, value)));
                        return versions.size() == most ? Step.STOP : Step.NEXT;
                    });
        }
    }
}
