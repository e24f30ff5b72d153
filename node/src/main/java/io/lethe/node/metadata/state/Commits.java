package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides commits. First the result of the same write, if it is known; then the body, the
 * condition, the locks, the placement groups' epochs and the shard are checked, in this order.
 */
final class Commits {
    /** Characters of an ETag: 32 of an MD5 and a part count need 38. */
    private static final int MOST_ETAG_CHARS = 128;

    private Commits() {}

    static PartitionReply commit(Draft draft, Commit c) {
        PartitionReply known = known(draft, c);
        if (known != null) {
            return known;
        }
        String fault = fault(c.body());
        if (fault != null) {
            return Replies.invalid(fault);
        }
        KeyVersions versions = new KeyVersions(draft, c.bucket(), c.key());
        PartitionReply failed = failed(c.condition(), versions);
        if (failed != null) {
            return failed;
        }
        PartitionReply locked = Locks.ofReplaced(draft, versions, c.versioning());
        if (locked == null) {
            locked = Locks.fault(draft, c.protection().asked());
        }
        if (locked != null) {
            return locked;
        }
        ShardTable.Shard shard = ShardTable.get(draft, c.body().shard());
        if (shard == null || !shard.takes(draft.head) || !shard.tenant().equals(c.tenant())) {
            return Replies.retry(Why.SHARD, 0);
        }
        return write(draft, versions, c);
    }

    static boolean badEtag(String etag) {
        return etag.isEmpty() || etag.length() > MOST_ETAG_CHARS;
    }

    /** Takes the null version away where the next one will be it; returns whether it will. */
    static boolean makeRoom(KeyVersions versions, Versioning versioning) {
        boolean isNull = versioning != Versioning.ENABLED;
        VersionRow replaced = isNull ? versions.nullVersion() : null;
        if (replaced != null) {
            versions.drop(replaced);
        }
        return isNull;
    }

    private static PartitionReply write(Draft draft, KeyVersions versions, Commit c) {
        boolean isNull = makeRoom(versions, c.versioning());
        long order = draft.nextOrder();
        boolean full =
                versions.add(
                        new VersionRow(
                                c.bucket(),
                                c.key(),
                                order,
                                isNull,
                                c.tenant(),
                                c.write(),
                                draft.millis(),
                                inPlace(draft, c.body()),
                                c.protection().at(draft.millis())));
        Committed result = new Committed(order, isNull, draft.millis(), full);
        if (segments(c.body()).isEmpty()) {
            WriteTable.end(draft, c.write(), new WriteRow.Done(c.bucket(), c.key(), result));
        } else {
            WriteTable.endForGood(draft, c.write(), new WriteRow.Done(c.bucket(), c.key(), result));
        }
        return result;
    }

    /** The reply where the write's row decides; null where the commit may go on. */
    private static @Nullable PartitionReply known(Draft draft, Commit c) {
        WriteRow before = WriteTable.get(draft, c.write());
        if (before != null && !before.isOf(c.bucket(), c.key())) {
            return Writes.otherObject(c.write());
        }
        return switch (before) {
            case WriteRow.Done done -> repeated(draft, c, done);
            case WriteRow.Closed _ -> Writes.closed(c.write());
            case WriteRow.Removed _,
                    WriteRow.Replaced _,
                    WriteRow.Upload _,
                    WriteRow.Part _,
                    WriteRow.Changed _ ->
                    Writes.otherUse(c.write());
            case WriteRow.Open row ->
                    row.tenant().equals(c.tenant()) ? null : Writes.otherUse(c.write());
            case null -> segments(c.body()).isEmpty() ? null : Writes.closed(c.write());
        };
    }

    /** The first result, unless it is known to be that of other bytes. */
    private static PartitionReply repeated(Draft draft, Commit c, WriteRow.Done done) {
        VersionRow row = new KeyVersions(draft, c.bucket(), c.key()).at(done.result().order());
        VersionBody body = row == null ? null : row.body();
        return body == null || body.sha256().equals(c.body().sha256())
                ? done.result()
                : Replies.invalid(
                        "id "
                                + c.write()
                                + " was used for other bytes already, which are stored; ids are"
                                + " random, for one use");
    }

    /** The body with its segments as the groups' moves left them. */
    private static VersionBody inPlace(Draft draft, VersionBody body) {
        List<SegmentRef> written = segments(body);
        return written.isEmpty()
                ? body
                : body.withPlacement(new Placement.Segments(SegmentTable.inPlace(draft, written)));
    }

    static List<SegmentRef> segments(VersionBody body) {
        return body.placement() instanceof Placement.Segments(List<SegmentRef> list)
                ? list
                : List.of();
    }

    /** A refusal when the condition does not hold of the key's versions; else null. */
    static @Nullable PartitionReply failed(Condition condition, KeyVersions versions) {
        VersionRow current = versions.current();
        VersionBody body = current == null ? null : current.body();
        String etag = body == null ? null : body.etag();
        boolean holds =
                switch (condition) {
                    case Condition.Always _ -> true;
                    case Condition.Absent _ -> etag == null;
                    case Condition.Matches(String wanted) -> wanted.equals(etag);
                    case Condition.Present _ -> etag != null;
                    case Condition.Differs(String unwanted) -> !unwanted.equals(etag);
                    case Condition.Seen seen -> versions.stands(seen);
                };
        return holds
                ? null
                : Replies.refused(
                        ErrorCode.PRECONDITION_FAILED,
                        etag == null
                                ? "the condition does not hold: the object does not exist"
                                : "the condition does not hold: the object's ETag is " + etag);
    }

    /** What is wrong with a body; null when nothing is. */
    static @Nullable String fault(VersionBody body) {
        if (body.sizeBytes() < 0) {
            return "a size is " + body.sizeBytes() + " bytes";
        }
        if (badEtag(body.etag())) {
            return "an ETag has " + body.etag().length() + " characters";
        }
        if (body.wrappedKey().isEmpty()) {
            return "a version has no data key";
        }
        return switch (body.placement()) {
            case Placement.Inline(var ciphertext) ->
                    ciphertext.length() >= body.sizeBytes()
                            ? null
                            : "an inline body has fewer bytes than its size says";
            case Placement.Segments(List<SegmentRef> list) -> fault(list, body.sizeBytes());
            case Placement.Parts _ -> "a version of parts is made by completing their upload";
        };
    }

    /** What is wrong with a list of segments that are so long together; null when nothing is. */
    static @Nullable String fault(List<SegmentRef> segments, long sizeBytes) {
        Set<SegmentId> ids = new HashSet<>();
        long total = 0;
        for (SegmentRef segment : segments) {
            total += segment.lengthBytes();
            if (!ids.add(segment.segment())) {
                return "segment " + segment.segment() + " is there twice";
            }
            String thin = fault(segment);
            if (thin != null) {
                return thin;
            }
        }
        return total == sizeBytes
                ? null
                : "the segments have " + total + " bytes, and the size says " + sizeBytes;
    }

    /** What is wrong with a segment that is about to be committed; null when nothing is. */
    static @Nullable String fault(SegmentRef segment) {
        int width = segment.scheme().width();
        if ((segment.missing() >>> width) != 0) {
            return "segment " + segment.segment() + " misses chunks that it never has";
        }
        int durable = width - Long.bitCount(segment.missing());
        return durable >= segment.scheme().quorum()
                ? null
                : "segment "
                        + segment.segment()
                        + " has "
                        + durable
                        + " durable chunks, and needs "
                        + segment.scheme().quorum();
    }
}
