package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartBody;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionCommand.PutPart;
import io.lethe.node.metadata.command.PartitionCommand.SaveHash;
import io.lethe.node.metadata.command.PartitionCommand.SweepParts;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.PartPut;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.SegmentRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides about the parts of uploads: that they come, how far they are hashed, that they go. */
final class Parts {
    private Parts() {}

    static PartitionReply put(Draft draft, PutPart c) {
        UploadRow upload = UploadTable.get(draft, c.upload());
        PartitionReply known = known(draft, c, upload);
        if (known != null) {
            return known;
        }
        if (upload == null) {
            return Uploads.gone();
        }
        String fault = fault(c);
        if (fault != null) {
            return Replies.invalid(fault);
        }
        return write(draft, c);
    }

    /** The reply where the write's row decides; null where the part may be put. */
    private static @Nullable PartitionReply known(
            Draft draft, PutPart c, @Nullable UploadRow upload) {
        WriteRow before = WriteTable.get(draft, c.write());
        if (before != null && !before.isOf(c.upload().bucket(), c.upload().key())) {
            return Writes.otherObject(c.write());
        }
        return switch (before) {
            case WriteRow.Part done -> new PartPut(done.order(), done.createdMillis());
            case WriteRow.Closed _ -> Writes.closed(c.write());
            case WriteRow.Open row ->
                    upload == null || row.tenant().equals(upload.tenant())
                            ? null
                            : Writes.otherUse(c.write());
            case null -> c.body().segments().isEmpty() ? null : Writes.closed(c.write());
            default -> Writes.otherUse(c.write());
        };
    }

    private static @Nullable String fault(PutPart c) {
        if (c.number() < 1 || c.number() > PartRow.MOST_PARTS) {
            return "a part's number is from 1 to " + PartRow.MOST_PARTS;
        }
        PartBody body = c.body();
        return body.sizeBytes() < 0
                ? "a size is " + body.sizeBytes() + " bytes"
                : Commits.fault(body.segments(), body.sizeBytes());
    }

    private static PartitionReply write(Draft draft, PutPart c) {
        UploadRef ref = c.upload();
        Bytes place = Uploads.place(ref);
        Bytes objectKey = RowKeys.objectKey(ref.bucket(), ref.key());
        PartRow former = PartTable.get(draft, place, c.number());
        if (former != null) {
            PartTable.drop(draft, place, former);
        }
        PartBody body = c.body().withSegments(SegmentTable.inPlace(draft, c.body().segments()));
        PartRow part = new PartRow(c.number(), draft.nextOrder(), c.write(), draft.millis(), body);
        PartTable.put(draft, objectKey, ref.order(), part);
        SegmentTable.Owner owner = SegmentTable.Owner.of(objectKey, part);
        for (SegmentRef segment : body.segments()) {
            SegmentTable.protection(draft, owner, segment);
        }
        WriteRow.Part done =
                new WriteRow.Part(ref.bucket(), ref.key(), part.order(), part.createdMillis());
        if (c.body().segments().isEmpty()) {
            WriteTable.end(draft, c.write(), done);
        } else {
            WriteTable.endForGood(draft, c.write(), done);
        }
        int hashed = PartTable.hashed(draft, place);
        if (c.number() <= hashed + 1) {
            PartTable.hashed(draft, place, c.number() - 1);
        }
        return new PartPut(part.order(), part.createdMillis());
    }

    static PartitionReply saveHash(Draft draft, SaveHash c) {
        Bytes place = Uploads.place(c.upload());
        int number = c.part().number();
        if (c.midstate().isEmpty()) {
            return Replies.invalid("a midstate is empty");
        }
        if (UploadTable.get(draft, c.upload()) == null
                || number != PartTable.hashed(draft, place) + 1) {
            return Replies.DONE;
        }
        PartRow part = PartTable.get(draft, place, number);
        // Whoever follows the upload beside another may have hashed parts that were replaced since.
        Bytes before = number == 1 ? Bytes.EMPTY : PartTable.midstate(draft, place, number - 1);
        if (part != null
                && part.order() == c.part().order()
                && before != null
                && before.equals(c.before())) {
            PartTable.midstate(draft, place, number, c.midstate());
            PartTable.hashed(draft, place, number);
        }
        return Replies.DONE;
    }

    static PartitionReply sweep(Draft draft, SweepParts c) {
        if (Writes.badLimit(c.limit())) {
            return Replies.invalid(Writes.limitMessage(c.limit()));
        }
        long through = Math.max(0, draft.millis() - Math.max(0, c.keptMillis()));
        int count = 0;
        for (PartTable.Swept one : PartTable.swept(draft.rows(), draft.head, through, c.limit())) {
            if (count < c.limit()) {
                count += sweep(draft, one, c.limit() - count);
            }
        }
        return new PartitionReply.Swept(count);
    }

    /** Sweeps one upload; returns how many rows and segments went. */
    private static int sweep(Draft draft, PartTable.Swept swept, int limit) {
        Bytes place = swept.place();
        boolean alive = PartTable.versionOf(draft, place) >= 0;
        Set<Integer> kept = alive ? numbers(draft, place) : Set.of();
        int count = 0;
        for (PartRow part : PartTable.all(draft.rows(), place)) {
            if (kept.contains(part.number())) {
                continue;
            }
            if (count >= limit) {
                return count;
            }
            PartTable.drop(draft, place, part);
            count += 1 + part.body().segments().size();
        }
        return count < limit ? count + PartTable.clear(draft, swept, !alive, limit - count) : count;
    }

    private static Set<Integer> numbers(Draft draft, Bytes place) {
        Set<Integer> numbers = new HashSet<>();
        for (PartTable.Layout page : PartTable.layouts(draft.rows(), place)) {
            page.slots().forEach(slot -> numbers.add(slot.number()));
        }
        return numbers;
    }

    /** What a part's segments are to repair: found by the part's order. */
    static @Nullable Segmented segmented(Draft draft, Bytes partPlace) {
        PartTable.Found found = PartTable.byOrder(draft, partPlace);
        if (found == null) {
            return null;
        }
        PartRow part = found.part();
        Bytes objectKey = partPlace.slice(0, partPlace.length() - 8);
        return new Segmented() {
            @Override
            public SegmentTable.Owner owner() {
                return SegmentTable.Owner.of(objectKey, part);
            }

            @Override
            public List<SegmentRef> segments() {
                return part.body().segments();
            }

            @Override
            public void update(List<SegmentRef> segments) {
                PartTable.update(
                        draft, found.place(), part.withBody(part.body().withSegments(segments)));
            }
        };
    }
}
