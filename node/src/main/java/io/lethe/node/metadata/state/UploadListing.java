package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.NotInRange;
import io.lethe.node.metadata.command.PartitionAnswer.UploadPage;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.ListUploads;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.state.RowCursor.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes one page of the uploads of a bucket, in the manner of {@link Listing}: by key, then by
 * time; common prefixes are passed over by seeks. One thread.
 */
final class UploadListing {
    /** A page ends with the row that passes this many bytes: rows with much sealed information. */
    private static final int MOST_PAGE_BYTES = 1024 * 1024;

    private final ListUploads query;
    private final int limit;
    private final RowCursor cursor;
    private final List<UploadRow> rows = new ArrayList<>();
    private final List<Bytes> prefixes = new ArrayList<>();
    private Bytes last = Bytes.EMPTY;
    private long lastOrder;
    private int bytes;

    private UploadListing(Rows state, ListUploads query, Bytes from, Bytes to) {
        this.query = query;
        limit = Math.clamp(query.limit(), 1, PartitionQuery.MOST_ROWS);
        cursor = new RowCursor(state, Family.UPLOADS, from, to);
    }

    static PartitionAnswer page(Rows state, PartitionHead head, ListUploads query) {
        Bytes from = start(query);
        Bytes to = RowKeys.keyPrefix(query.bucket(), query.prefix()).prefixEnd();
        if (!to.isEmpty() && from.compareTo(to) >= 0) {
            return new UploadPage(List.of(), List.of(), Bytes.EMPTY, 0);
        }
        if ((!to.isEmpty() && to.compareTo(head.from) <= 0)
                || (!head.to.isEmpty() && head.to.compareTo(from) <= 0)) {
            return new NotInRange();
        }
        Bytes first = from.compareTo(head.from) < 0 ? head.from : from;
        boolean bucketEndsFirst = head.to.isEmpty() || (!to.isEmpty() && to.compareTo(head.to) < 0);
        return new UploadListing(state, query, first, bucketEndsFirst ? to : head.to).fill();
    }

    private static Bytes start(ListUploads query) {
        Bytes least = RowKeys.keyPrefix(query.bucket(), query.prefix());
        Bytes after = query.after();
        if (after.isEmpty()) {
            return least;
        }
        Bytes start;
        if (Objects.equals(after, Listing.commonPrefix(query.prefix(), query.delimiter(), after))) {
            start = RowKeys.keyPrefix(query.bucket(), after).prefixEnd();
        } else if (query.afterOrder() > 0) {
            start = RowKeys.after(UploadTable.key(query.bucket(), after, query.afterOrder()));
        } else {
            start = RowKeys.objectKey(query.bucket(), after).prefixEnd();
        }
        return start.compareTo(least) < 0 ? least : start;
    }

    private UploadPage fill() {
        while (true) {
            Row row = cursor.peek();
            if (row == null) {
                return new UploadPage(rows, prefixes, Bytes.EMPTY, 0);
            }
            if (rows.size() + prefixes.size() == limit || bytes > MOST_PAGE_BYTES) {
                return new UploadPage(rows, prefixes, last, lastOrder);
            }
            bytes += row.bytes();
            Bytes key = UploadTable.parse(row.key()).key();
            Bytes prefix = Listing.commonPrefix(query.prefix(), query.delimiter(), key);
            if (prefix == null) {
                UploadRow upload = UploadTable.read(row.key(), row.value());
                rows.add(upload.listed());
                last = key;
                lastOrder = upload.order();
                cursor.next();
            } else {
                prefixes.add(prefix);
                last = prefix;
                lastOrder = 0;
                cursor.seek(RowKeys.keyPrefix(query.bucket(), prefix).prefixEnd());
            }
        }
    }
}
