package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer.Empty;
import io.lethe.node.metadata.command.PartitionAnswer.Figures;
import io.lethe.node.metadata.command.PartitionAnswer.Found;
import io.lethe.node.metadata.command.PartitionAnswer.GarbagePage;
import io.lethe.node.metadata.command.PartitionAnswer.GarbageRow;
import io.lethe.node.metadata.command.PartitionAnswer.Holder;
import io.lethe.node.metadata.command.PartitionAnswer.Holders;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyPage;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyRow;
import io.lethe.node.metadata.command.PartitionAnswer.MovedKey;
import io.lethe.node.metadata.command.PartitionAnswer.MovedKeys;
import io.lethe.node.metadata.command.PartitionAnswer.NotInRange;
import io.lethe.node.metadata.command.PartitionAnswer.Page;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.command.PartitionAnswer.Shard;
import io.lethe.node.metadata.command.PartitionAnswer.ShardFigures;
import io.lethe.node.metadata.command.PartitionAnswer.ShardPage;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedPage;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedRow;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionAnswer.WriteStates;

/**
 * Encodes {@link PartitionAnswer}s for the wire between nodes: {@code format u8 = 1 ‖ type u8 ‖
 * fields} in the record's order, encodings as in {@link FieldWriter}; lists hold at most 1,000
 * items. Static and pure.
 *
 * <pre>
 *  1 Found               nullable row, nullable grant
 *  2 Page                list of row, list of flag, list of key, next key, nextOrder i64
 *  3 Empty               flag
 *  4 Shard               nullable grant
 *  5 WriteStates         list of (state u8, nullable segment)
 *  6 GarbagePage         list of (garbage rowKey, segment, since i64), nullable next rowKey
 *  7 UnderprotectedPage  list of (rowKey, bucket i64, key, order i64, write id, segment, since
 *                        i64), nullable next rowKey
 *  8 ShardPage           list of (grant, open flag, wrapped i32, live i32,
 *                        straddling flag)
 *  9 Holders             nullable grant, list of (bucket i64, key, order i64, write id, wrapped)
 * 10 Figures             from rowKey, to rowKey, 9 × i64
 * 11 NotInRange
 * 12 MovedKeys           nullable grant, list of (write id, wrapped, grant, wrapped)
 * 13 KeyCopyPage         list of (copy, since varint, wiped varint), nullable next rowKey
 * 14-22                  multipart uploads: {@link UploadAnswerCodec}
 * 40-41                  changes: {@link ChangeCodec}
 * 42-43                  events: {@link EventCodec}
 * 50-52                  ranges: {@link SplitCodec}
 * 53-55                  merges: {@link MergeCodec}
 * </pre>
 */
public final class AnswerCodec {
    public static final int FORMAT = 1;

    private static final int MOST = PartitionQuery.MOST_ROWS;

    private AnswerCodec() {}

    public static Bytes encode(PartitionAnswer answer) {
        FieldWriter out = new FieldWriter(512).u8(FORMAT);
        switch (answer) {
            case Found a ->
                    out.u8(1)
                            .nullable(a.row(), FieldWriter::row)
                            .nullable(a.shard(), FieldWriter::grant);
            case Page a -> {
                out.u8(2).list(a.rows(), MOST, FieldWriter::row);
                out.list(a.isLatest(), MOST, FieldWriter::flag);
                out.list(a.prefixes(), MOST, FieldWriter::key).key(a.next()).int64(a.nextOrder());
            }
            case Empty a -> out.u8(3).flag(a.empty());
            case Shard a -> out.u8(4).nullable(a.grant(), FieldWriter::grant);
            case WriteStates a -> out.u8(5).list(a.states(), MOST, AnswerCodec::state);
            case GarbagePage a ->
                    out.u8(6)
                            .list(a.rows(), MOST, AnswerCodec::garbage)
                            .nullable(a.next(), FieldWriter::rowKey);
            case UnderprotectedPage a ->
                    out.u8(7)
                            .list(a.rows(), MOST, AnswerCodec::underprotected)
                            .nullable(a.next(), FieldWriter::rowKey);
            case ShardPage a -> out.u8(8).list(a.shards(), MOST, AnswerCodec::shard);
            case Holders a ->
                    out.u8(9)
                            .nullable(a.grant(), FieldWriter::grant)
                            .list(a.holders(), MOST, AnswerCodec::holder);
            case Figures a -> figures(out.u8(10), a);
            case NotInRange _ -> out.u8(11);
            case MovedKeys a ->
                    out.u8(12)
                            .nullable(a.from(), FieldWriter::grant)
                            .list(a.keys(), MOST, AnswerCodec::moved);
            case KeyCopyPage a ->
                    out.u8(13)
                            .list(a.rows(), MOST, AnswerCodec::keyCopy)
                            .nullable(a.next(), FieldWriter::rowKey);
            case PartitionAnswer.OfUpload a -> UploadAnswerCodec.write(out, a);
            case PartitionAnswer.OfChange a -> ChangeCodec.answer(out, a);
            case PartitionAnswer.OfEvents a -> EventCodec.answer(out, a);
            case PartitionAnswer.OfSplit a -> SplitCodec.answer(out, a);
            case PartitionAnswer.OfMerge a -> MergeCodec.answer(out, a);
        }
        return out.toBytes();
    }

    /**
     * @throws io.lethe.node.base.codec.Decoder.CorruptEncoding when this is no answer
     */
    public static PartitionAnswer decode(Bytes answer) {
        return FieldReader.whole(answer, AnswerCodec::read);
    }

    private static PartitionAnswer read(FieldReader in) {
        in.format(FORMAT);
        int type = in.u8();
        return switch (type) {
            case 1 -> new Found(in.nullable(FieldReader::row), in.nullable(FieldReader::grant));
            case 2 ->
                    new Page(
                            in.list(MOST, FieldReader::row),
                            in.list(MOST, FieldReader::flag),
                            in.list(MOST, FieldReader::key),
                            in.key(),
                            in.int64());
            case 3 -> new Empty(in.flag());
            case 4 -> new Shard(in.nullable(FieldReader::grant));
            case 5 -> new WriteStates(in.list(MOST, AnswerCodec::state));
            case 6 ->
                    new GarbagePage(
                            in.list(MOST, AnswerCodec::garbage), in.nullable(FieldReader::rowKey));
            case 7 ->
                    new UnderprotectedPage(
                            in.list(MOST, AnswerCodec::underprotected),
                            in.nullable(FieldReader::rowKey));
            case 8 -> new ShardPage(in.list(MOST, AnswerCodec::shard));
            case 9 ->
                    new Holders(
                            in.nullable(FieldReader::grant), in.list(MOST, AnswerCodec::holder));
            case 10 -> figures(in);
            case 11 -> new NotInRange();
            case 12 ->
                    new MovedKeys(
                            in.nullable(FieldReader::grant), in.list(MOST, AnswerCodec::moved));
            case 13 ->
                    new KeyCopyPage(
                            in.list(MOST, AnswerCodec::keyCopy), in.nullable(FieldReader::rowKey));
            case 40, 41 -> ChangeCodec.answer(in, type);
            case 42, 43 -> EventCodec.answer(in, type);
            case 50, 51, 52 -> SplitCodec.answer(in, type);
            case 53, 54, 55 -> MergeCodec.answer(in, type);
            default -> UploadAnswerCodec.read(in, type);
        };
    }

    private static void garbage(FieldWriter out, GarbageRow row) {
        out.rowKey(row.garbageKey()).segment(row.segment()).int64(row.sinceMillis());
    }

    private static GarbageRow garbage(FieldReader in) {
        return new GarbageRow(in.rowKey(), in.segment(), in.int64());
    }

    private static void state(FieldWriter out, SegmentState one) {
        out.choice(one.state()).nullable(one.segment(), FieldWriter::segment);
    }

    private static SegmentState state(FieldReader in) {
        return new SegmentState(in.choice(WriteState.values()), in.nullable(FieldReader::segment));
    }

    private static void underprotected(FieldWriter out, UnderprotectedRow row) {
        out.rowKey(row.rowKey()).bucket(row.bucket()).key(row.key()).int64(row.order());
        out.id(row.write().id()).segment(row.segment()).int64(row.sinceMillis());
    }

    private static UnderprotectedRow underprotected(FieldReader in) {
        return new UnderprotectedRow(
                in.rowKey(),
                in.bucket(),
                in.key(),
                in.int64(),
                in.write(),
                in.segment(),
                in.int64());
    }

    private static void shard(FieldWriter out, ShardFigures shard) {
        out.grant(shard.grant()).flag(shard.open()).int32(shard.wrapped()).int32(shard.live());
        out.flag(shard.straddling());
    }

    private static ShardFigures shard(FieldReader in) {
        return new ShardFigures(in.grant(), in.flag(), in.int32(), in.int32(), in.flag());
    }

    private static void holder(FieldWriter out, Holder holder) {
        out.bucket(holder.bucket()).key(holder.key()).int64(holder.order());
        out.id(holder.write().id()).wrapped(holder.wrappedKey());
    }

    private static Holder holder(FieldReader in) {
        return new Holder(in.bucket(), in.key(), in.int64(), in.write(), in.wrapped());
    }

    private static void moved(FieldWriter out, MovedKey key) {
        out.id(key.write().id()).wrapped(key.wrappedBefore());
        out.grant(key.now()).wrapped(key.wrappedNow());
    }

    private static MovedKey moved(FieldReader in) {
        return new MovedKey(in.write(), in.wrapped(), in.grant(), in.wrapped());
    }

    private static void keyCopy(FieldWriter out, KeyCopyRow row) {
        PartitionCommandCodec.copy(out, row.copy());
        out.number(row.sinceMillis()).number(row.wipedMillis());
    }

    private static KeyCopyRow keyCopy(FieldReader in) {
        return new KeyCopyRow(PartitionCommandCodec.copy(in), in.number(), in.number());
    }

    private static void figures(FieldWriter out, Figures a) {
        out.rowKey(a.from()).rowKey(a.to()).int64(a.versions()).int64(a.bytes());
        out.int64(a.openWrites()).int64(a.garbageSegments()).int64(a.garbageBytes());
        out.int64(a.underprotected()).int64(a.oldestUnderprotectedMillis());
        out.int64(a.fence()).int64(a.stateMillis());
    }

    private static Figures figures(FieldReader in) {
        return new Figures(
                in.rowKey(),
                in.rowKey(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64());
    }
}
