package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.HashItem;
import io.lethe.node.metadata.command.PartitionAnswer.HashLag;
import io.lethe.node.metadata.command.PartitionAnswer.HashPage;
import io.lethe.node.metadata.command.PartitionAnswer.KeyFound;
import io.lethe.node.metadata.command.PartitionAnswer.MidstateFound;
import io.lethe.node.metadata.command.PartitionAnswer.NotInRange;
import io.lethe.node.metadata.command.PartitionAnswer.PartPage;
import io.lethe.node.metadata.command.PartitionAnswer.PartSpan;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentPage;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionAnswer.WrappedKey;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.DataKey;
import io.lethe.node.metadata.command.PartitionQuery.FindHashLag;
import io.lethe.node.metadata.command.PartitionQuery.FindMidstate;
import io.lethe.node.metadata.command.PartitionQuery.FindPart;
import io.lethe.node.metadata.command.PartitionQuery.FindUpload;
import io.lethe.node.metadata.command.PartitionQuery.HashWork;
import io.lethe.node.metadata.command.PartitionQuery.ListParts;
import io.lethe.node.metadata.command.PartitionQuery.ListUploads;
import io.lethe.node.metadata.command.PartitionQuery.SegmentsAt;
import io.lethe.node.metadata.command.PartitionQuery.SegmentsOfPart;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.SegmentRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Answers questions about multipart uploads and the versions that they became. Static and pure. */
final class UploadAnswers {
    private UploadAnswers() {}

    static PartitionAnswer answer(Rows rows, PartitionHead head, PartitionQuery.OfUpload query) {
        Draft draft = new Draft(rows, head);
        return switch (query) {
            case FindUpload q -> in(head, q.upload()) ? find(draft, q.upload()) : outside();
            case ListUploads q -> UploadListing.page(rows, head, q);
            case ListParts q -> in(head, q.upload()) ? parts(draft, q) : outside();
            case SegmentsAt q -> in(head, q.upload()) ? segments(draft, q) : outside();
            case SegmentsOfPart q -> in(head, q.bucket(), q.key()) ? ofPart(draft, q) : outside();
            case FindPart q -> in(head, q.upload()) ? span(draft, q) : outside();
            case HashWork q -> hashWork(draft, head, q);
            case FindMidstate q -> in(head, q.upload()) ? midstate(draft, q) : outside();
            case FindHashLag q -> in(head, q.upload()) ? lag(draft, q) : outside();
            case DataKey q -> in(head, q.bucket(), q.key()) ? key(draft, q) : outside();
        };
    }

    private static boolean in(PartitionHead head, UploadRef upload) {
        return in(head, upload.bucket(), upload.key());
    }

    private static boolean in(PartitionHead head, BucketId bucket, Bytes key) {
        return head.covers(RowKeys.objectKey(bucket, key));
    }

    private static PartitionAnswer outside() {
        return new NotInRange();
    }

    private static UploadFound find(Draft draft, UploadRef ref) {
        UploadRow row = UploadTable.get(draft, ref);
        if (row != null) {
            return new UploadFound(row, draft.rows().slot(row.shard()), 0);
        }
        boolean completed =
                WriteTable.get(draft, ref.write())
                                instanceof WriteRow.Done(var bucket, Bytes key, var _)
                        && bucket.equals(ref.bucket())
                        && key.equals(ref.key());
        long version = PartTable.versionOf(draft, Uploads.place(ref));
        return new UploadFound(null, null, completed && version >= 0 ? version : 0);
    }

    /** Without the parts that a completion left out, although they may still be there. */
    private static PartPage parts(Draft draft, ListParts q) {
        Bytes place = Uploads.place(q.upload());
        int limit = Answers.limit(q.limit());
        boolean version = PartTable.versionOf(draft, place) >= 0;
        if (!version && UploadTable.get(draft, q.upload()) == null) {
            return new PartPage(List.of(), 0);
        }
        Set<Integer> named = new HashSet<>();
        if (version) {
            PartTable.layouts(draft.rows(), place)
                    .forEach(page -> page.slots().forEach(slot -> named.add(slot.number())));
        }
        List<PartRow> parts = new ArrayList<>();
        int after = Math.max(0, q.after());
        while (true) {
            Scans.Page<PartRow> page =
                    PartTable.page(draft.rows(), place, after, limit - parts.size());
            for (PartRow part : page.items()) {
                after = part.number();
                if (!version || named.contains(part.number())) {
                    parts.add(part.listed());
                }
            }
            if (page.last() == null) {
                return new PartPage(parts, 0);
            }
            if (parts.size() == limit) {
                return new PartPage(parts, after);
            }
        }
    }

    private static SegmentPage segments(Draft draft, SegmentsAt q) {
        Bytes place = Uploads.place(q.upload());
        long offset = Math.max(0, q.offsetBytes());
        int limit = Answers.limit(q.limit());
        PartTable.Layout page = PartTable.layoutAt(draft.rows(), place, offset);
        if (page == null) {
            return new SegmentPage(0, List.of());
        }
        List<SegmentRef> found = new ArrayList<>();
        long first = 0;
        long at = page.startBytes();
        for (PartTable.Slot slot : page.slots()) {
            if (found.size() >= limit) {
                break;
            }
            if (at + slot.sizeBytes() > offset) {
                PartRow part = PartTable.get(draft, place, slot.number());
                if (part == null) {
                    // The version is gone, and half swept.
                    return new SegmentPage(0, List.of());
                }
                first = found.isEmpty() ? at : first;
                found.addAll(part.body().segments());
            }
            at += slot.sizeBytes();
        }
        return new SegmentPage(first, found);
    }

    private static SegmentPage ofPart(Draft draft, SegmentsOfPart q) {
        PartTable.Found found =
                PartTable.byOrder(draft, RowKeys.versionKey(q.bucket(), q.key(), q.order()));
        return new SegmentPage(0, found == null ? List.of() : found.part().body().segments());
    }

    private static PartSpan span(Draft draft, FindPart q) {
        for (PartTable.Layout page : PartTable.layouts(draft.rows(), Uploads.place(q.upload()))) {
            long start = page.startBytes();
            for (PartTable.Slot slot : page.slots()) {
                if (slot.number() == q.number()) {
                    return new PartSpan(true, start, slot.sizeBytes());
                }
                start += slot.sizeBytes();
            }
        }
        return new PartSpan(false, 0, 0);
    }

    private static HashPage hashWork(Draft draft, PartitionHead head, HashWork q) {
        Scans.Page<Bytes> page =
                PartTable.hashWork(draft.rows(), q.after(), Answers.limit(q.limit()));
        List<HashItem> items = new ArrayList<>();
        for (Bytes place : page.items()) {
            if (!head.covers(place)) {
                continue;
            }
            RowKeys.Parsed at = RowKeys.parse(place, 0);
            UploadRow upload = UploadTable.at(draft, at.bucket(), at.key(), at.order());
            int hashed = PartTable.hashed(draft, place);
            List<PartRow> next = following(draft.rows(), place, hashed);
            Bytes before = hashed == 0 ? Bytes.EMPTY : PartTable.midstate(draft, place, hashed);
            if (upload == null || next.isEmpty() || before == null) {
                Check.that(false, "there is nothing to hash of " + place);
                continue;
            }
            items.add(new HashItem(upload.ref(), next, before));
        }
        Bytes last = page.last();
        return new HashPage(items, last == null ? null : last.slice(1, last.length()));
    }

    /** The parts that come right behind one, as they are listed. */
    private static List<PartRow> following(Rows rows, Bytes place, int number) {
        List<PartRow> parts = new ArrayList<>();
        for (PartRow part : PartTable.page(rows, place, number, HashItem.MOST_PARTS).items()) {
            if (part.number() != number + parts.size() + 1) {
                break;
            }
            parts.add(part.listed());
        }
        return parts;
    }

    private static HashLag lag(Draft draft, FindHashLag q) {
        Bytes place = Uploads.place(q.upload());
        int hashed = PartTable.hashed(draft, place);
        return new HashLag(
                hashed,
                following(draft.rows(), place, hashed).stream()
                        .mapToLong(part -> part.body().sizeBytes())
                        .sum());
    }

    private static MidstateFound midstate(Draft draft, FindMidstate q) {
        Bytes place = Uploads.place(q.upload());
        int number = Math.min(q.through(), PartTable.hashed(draft, place));
        Bytes midstate =
                number < 1 || UploadTable.get(draft, q.upload()) == null
                        ? null
                        : PartTable.midstate(draft, place, number);
        return midstate == null
                ? new MidstateFound(0, Bytes.EMPTY)
                : new MidstateFound(number, midstate);
    }

    private static KeyFound key(Draft draft, DataKey q) {
        HeldKey held = HeldKey.of(draft, RowKeys.versionKey(q.bucket(), q.key(), q.order()));
        return held == null
                ? new KeyFound(null, null)
                : new KeyFound(
                        new WrappedKey(held.write(), held.tenant(), held.wrappedKey()),
                        draft.rows().slot(held.shard()));
    }
}
