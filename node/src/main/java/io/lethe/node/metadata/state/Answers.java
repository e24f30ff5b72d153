package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Figures;
import io.lethe.node.metadata.command.PartitionAnswer.Found;
import io.lethe.node.metadata.command.PartitionAnswer.GarbagePage;
import io.lethe.node.metadata.command.PartitionAnswer.GarbageRow;
import io.lethe.node.metadata.command.PartitionAnswer.Holder;
import io.lethe.node.metadata.command.PartitionAnswer.NotInRange;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.command.PartitionAnswer.ShardFigures;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedPage;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedRow;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionQuery.BucketEmpty;
import io.lethe.node.metadata.command.PartitionQuery.Find;
import io.lethe.node.metadata.command.PartitionQuery.Garbage;
import io.lethe.node.metadata.command.PartitionQuery.ListKeys;
import io.lethe.node.metadata.command.PartitionQuery.OpenShardOf;
import io.lethe.node.metadata.command.PartitionQuery.SegmentStates;
import io.lethe.node.metadata.command.PartitionQuery.ShardHolders;
import io.lethe.node.metadata.command.PartitionQuery.Summary;
import io.lethe.node.metadata.command.PartitionQuery.Underprotected;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers questions about a partition. Limits outside 1 to {@link PartitionQuery#MOST_ROWS} count
 * as the nearest of both. Static and pure.
 */
final class Answers {
    private Answers() {}

    static PartitionAnswer answer(Rows rows, PartitionHead head, PartitionQuery query) {
        return switch (query) {
            case Find q ->
                    head.covers(RowKeys.objectKey(q.bucket(), q.key()))
                            ? find(rows, head, q)
                            : new NotInRange();
            case ListKeys q -> Listing.page(rows, head, q);
            case BucketEmpty q -> new PartitionAnswer.Empty(isEmpty(rows, head, q.bucket()));
            case OpenShardOf q -> new PartitionAnswer.Shard(Writes.offered(rows, head, q.tenant()));
            case SegmentStates q -> segmentStates(rows, head, q.asks());
            case Garbage q -> garbage(rows, q);
            case Underprotected q -> underprotected(rows, head, q);
            case PartitionQuery.Shards q -> shards(rows, head, q);
            case ShardHolders q -> holders(rows, head, q.shard());
            case PartitionQuery.MovedFrom q -> moved(rows, head, q.shard());
            case PartitionQuery.KeyCopies q -> KeyCopies.page(rows, q.after(), limit(q.limit()));
            case Summary _ -> figures(rows, head);
            case PartitionQuery.OfUpload q -> UploadAnswers.answer(rows, head, q);
            case PartitionQuery.OfChange q -> Changes.answer(rows, head, q);
            case PartitionQuery.OfEvents q -> Outbox.answer(rows, q);
            case PartitionQuery.OfSplit q -> Splits.answer(rows, head, q);
            case PartitionQuery.OfMerge q -> HandOver.answer(rows, head, q);
        };
    }

    static int limit(int wanted) {
        return Math.clamp(wanted, 1, PartitionQuery.MOST_ROWS);
    }

    private static Found find(Rows rows, PartitionHead head, Find q) {
        KeyVersions versions = new KeyVersions(new Draft(rows, head), q.bucket(), q.key());
        VersionRow row =
                switch (q.which()) {
                    case Which.Current _ -> versions.newest();
                    case Which.Order(long order) -> versions.at(order);
                    case Which.Null _ -> versions.nullVersion();
                };
        VersionBody body = row == null ? null : row.body();
        if (row == null || body == null) {
            return new Found(row, null);
        }
        return new Found(whole(rows, row, body), rows.slot(body.shard()));
    }

    /** The row with its inline bytes. */
    private static VersionRow whole(Rows rows, VersionRow row, VersionBody body) {
        if (!(body.placement() instanceof Placement.Inline)) {
            return row;
        }
        Bytes versionKey = RowKeys.versionKey(row.bucket(), row.key(), row.order());
        Bytes ciphertext = rows.get(Family.INLINE, versionKey);
        if (ciphertext == null) {
            Check.that(false, "inline bytes are missing of " + versionKey);
            return row;
        }
        return RowValues.withInline(row, ciphertext);
    }

    private static boolean isEmpty(Rows rows, PartitionHead head, BucketId bucket) {
        Bytes prefix = RowKeys.bucketPrefix(bucket);
        return !Splits.any(rows, head, Family.CURRENT, prefix)
                && !Splits.any(rows, head, Family.VERSIONS, prefix)
                && !WriteTable.anyOpenOf(rows, head, bucket);
    }

    private static PartitionAnswer segmentStates(
            Rows rows, PartitionHead head, List<PartitionQuery.SegmentAsk> asks) {
        List<SegmentState> states = new ArrayList<>();
        for (PartitionQuery.SegmentAsk ask : asks) {
            boolean elsewhere = WriteTable.isElsewhere(rows, head, ask.write());
            states.add(
                    switch (elsewhere ? null : WriteTable.get(rows, ask.write())) {
                        case null -> new SegmentState(WriteState.UNKNOWN, null);
                        case WriteRow.Open _, WriteRow.Upload _ ->
                                new SegmentState(WriteState.OPEN, null);
                        case WriteRow.Closed _ -> new SegmentState(WriteState.CLOSED, null);
                        case WriteRow.Removed _, WriteRow.Changed _ ->
                                new SegmentState(WriteState.CLOSED, null);
                        case WriteRow.Done(BucketId bucket, Bytes key, Committed result) ->
                                named(rows, head, bucket, key, result.order(), ask.segment());
                        case WriteRow.Replaced(BucketId bucket, Bytes key, long order) ->
                                named(rows, head, bucket, key, order, ask.segment());
                        case WriteRow.Part(BucketId bucket, Bytes key, long order, long _) ->
                                named(rows, head, bucket, key, order, ask.segment());
                    });
        }
        return new PartitionAnswer.WriteStates(states);
    }

    /** Whether the version or part that a write committed names the segment today. */
    private static SegmentState named(
            Rows rows,
            PartitionHead head,
            BucketId bucket,
            Bytes key,
            long order,
            SegmentId segment) {
        Segmented owner = Segmented.find(new Draft(rows, head), bucket, key, order);
        SegmentRef ref = owner == null ? null : owner.segment(segment);
        return new SegmentState(ref == null ? WriteState.CLOSED : WriteState.COMMITTED, ref);
    }

    private static GarbagePage garbage(Rows rows, Garbage q) {
        Bytes to = new Encoder(16).i64(Math.max(0, q.beforeMillis())).toBytes();
        Scans.Page<GarbageRow> page =
                Scans.page(
                        rows,
                        Family.GARBAGE,
                        q.after() == null ? Bytes.EMPTY : RowKeys.after(q.after()),
                        to,
                        limit(q.limit()),
                        (key, value) ->
                                new GarbageRow(
                                        key,
                                        RowValues.segment(value),
                                        SegmentTable.sinceMillis(key)));
        return new GarbagePage(page.items(), page.last());
    }

    private static UnderprotectedPage underprotected(
            Rows rows, PartitionHead head, Underprotected q) {
        Scans.Page<UnderprotectedRow> page =
                Scans.page(
                        rows,
                        Family.UNDERPROTECTED,
                        q.after() == null ? Bytes.EMPTY : RowKeys.after(q.after()),
                        Bytes.EMPTY,
                        limit(q.limit()),
                        Answers::underprotected);
        List<UnderprotectedRow> own =
                page.items().stream().filter(row -> head.covers(row.bucket(), row.key())).toList();
        return new UnderprotectedPage(own, page.last());
    }

    private static UnderprotectedRow underprotected(Bytes key, Bytes value) {
        RowKeys.Parsed owner = SegmentTable.ownerOfThin(key);
        RowValues.Thin thin = RowValues.Thin.decode(value);
        return new UnderprotectedRow(
                key,
                owner.bucket(),
                owner.key(),
                owner.order(),
                thin.write(),
                thin.segment(),
                SegmentTable.sinceMillis(key));
    }

    private static PartitionAnswer shards(Rows rows, PartitionHead head, PartitionQuery.Shards q) {
        List<ShardFigures> figures = new ArrayList<>();
        if (SplitSweep.ofShards(head)) {
            return new PartitionAnswer.ShardPage(figures);
        }
        for (ShardId id : ShardTable.work(rows, q.after(), limit(q.limit()))) {
            ShardTable.Shard shard = ShardTable.get(rows, id);
            if (shard == null) {
                Check.that(false, "shard " + id + " is work and has no row");
                continue;
            }
            figures.add(
                    new ShardFigures(
                            grant(rows, id, shard),
                            shard.open(),
                            shard.wrapped(),
                            shard.live(),
                            ShardTable.straddles(rows, id)));
        }
        return new PartitionAnswer.ShardPage(figures);
    }

    /** What the slot holds; with an empty key where this replica lacks the slot. */
    private static ShardGrant grant(Rows rows, ShardId id, ShardTable.Shard shard) {
        ShardGrant slot = rows.slot(id);
        return slot != null
                ? slot
                : new ShardGrant(id, shard.tenant(), shard.tenantKeyVersion(), Bytes.EMPTY);
    }

    private static PartitionAnswer holders(Rows rows, PartitionHead head, ShardId id) {
        Draft draft = new Draft(rows, head);
        List<Holder> holders = new ArrayList<>();
        for (Bytes place : ShardTable.holders(rows, id)) {
            HeldKey held = HeldKey.find(draft, place);
            if (held == null) {
                Check.that(false, "shard " + id + " holds a key of nothing");
                continue;
            }
            holders.add(
                    new Holder(
                            held.bucket(),
                            held.key(),
                            held.order(),
                            held.write(),
                            held.wrappedKey()));
        }
        return new PartitionAnswer.Holders(rows.slot(id), holders);
    }

    private static PartitionAnswer moved(Rows rows, PartitionHead head, ShardId id) {
        Draft draft = new Draft(rows, head);
        List<PartitionAnswer.MovedKey> keys = new ArrayList<>();
        for (ShardTable.Moved one : ShardTable.moved(rows, id)) {
            HeldKey held = HeldKey.find(draft, one.versionKey());
            ShardTable.Shard now = held == null ? null : ShardTable.get(rows, held.shard());
            if (held != null && now != null) {
                keys.add(
                        new PartitionAnswer.MovedKey(
                                held.write(),
                                one.wrappedKey(),
                                grant(rows, held.shard(), now),
                                held.wrappedKey()));
            }
        }
        return new PartitionAnswer.MovedKeys(rows.slot(id), keys);
    }

    private static Figures figures(Rows rows, PartitionHead head) {
        List<Long> oldest =
                Scans.page(
                                rows,
                                Family.UNDERPROTECTED,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                1,
                                (key, _) -> SegmentTable.sinceMillis(key))
                        .items();
        return new Figures(
                head.from,
                head.to,
                head.versions,
                head.bytes,
                head.openWrites,
                head.garbageSegments,
                head.garbageBytes,
                head.underprotected,
                oldest.isEmpty() ? 0 : oldest.getFirst(),
                head.fence,
                head.stateMillis);
    }
}
