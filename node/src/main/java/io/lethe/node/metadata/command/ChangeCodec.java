package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.PartitionAnswer.Brief;
import io.lethe.node.metadata.command.PartitionAnswer.BucketProgress;
import io.lethe.node.metadata.command.PartitionAnswer.ChangePage;
import io.lethe.node.metadata.command.PartitionAnswer.ChangeRow;
import io.lethe.node.metadata.command.PartitionAnswer.ProgressPage;
import io.lethe.node.metadata.command.PartitionCommand.SaveProgress;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.PartitionQuery.Changes;
import io.lethe.node.metadata.command.PartitionQuery.SavedProgress;

/**
 * Types and fields of what is said about the index of changes, for {@link PartitionCommandCodec},
 * {@link QueryCodec} and {@link AnswerCodec}. Static and pure.
 *
 * <pre>
 * commands 60 SaveProgress   walk u8 (0 lifecycle, 1 inventory), bucket i64, progress blob (80 KiB)
 * queries  40 Changes        bucket i64, from i64, to i64, prefix key, depth i32, limit i32
 *          41 SavedProgress  walk u8, after nullable rowKey, limit i32
 * answers  40 ChangePage     list of (key, order i64, nullable write id, newer i32, list of brief
 *                            (103)) (1,000), next i64, done flag, state's time varint
 *          41 ProgressPage   list of (bucket i64, progress blob) (1,000), nullable next rowKey
 *
 * brief: order i64, created varint, size i64 (-1: a delete marker)
 * </pre>
 */
final class ChangeCodec {
    private static final int MOST = PartitionQuery.MOST_ROWS;
    private static final int MOST_BRIEFS = Changes.MOST_DEPTH + 2;

    private ChangeCodec() {}

    static int type(PartitionCommand.OfChange command) {
        return switch (command) {
            case SaveProgress _ -> 60;
        };
    }

    static void fields(FieldWriter out, PartitionCommand.OfChange command) {
        switch (command) {
            case SaveProgress c ->
                    out.choice(c.walk())
                            .bucket(c.bucket())
                            .blob("progress", c.progress(), SaveProgress.MOST_PROGRESS_BYTES);
        }
    }

    static PartitionCommand.OfChange command(FieldReader in, int type) {
        return switch (type) {
            case 60 ->
                    new SaveProgress(
                            in.choice(Walk.values()),
                            in.bucket(),
                            in.blob(SaveProgress.MOST_PROGRESS_BYTES));
            default -> throw FieldReader.unknown("partition command", type);
        };
    }

    static void query(FieldWriter out, PartitionQuery.OfChange query) {
        switch (query) {
            case Changes q ->
                    out.u8(40)
                            .bucket(q.bucket())
                            .int64(q.from())
                            .int64(q.to())
                            .key(q.prefix())
                            .int32(q.depth())
                            .int32(q.limit());
            case SavedProgress q ->
                    out.u8(41)
                            .choice(q.walk())
                            .nullable(q.after(), FieldWriter::rowKey)
                            .int32(q.limit());
        }
    }

    static PartitionQuery.OfChange query(FieldReader in, int type) {
        return switch (type) {
            case 40 ->
                    new Changes(
                            in.bucket(), in.int64(), in.int64(), in.key(), in.int32(), in.int32());
            case 41 ->
                    new SavedProgress(
                            in.choice(Walk.values()), in.nullable(FieldReader::rowKey), in.int32());
            default -> throw FieldReader.unknown("query", type);
        };
    }

    static void answer(FieldWriter out, PartitionAnswer.OfChange answer) {
        switch (answer) {
            case ChangePage a ->
                    out.u8(40)
                            .list(a.rows(), MOST, ChangeCodec::row)
                            .int64(a.next())
                            .flag(a.done())
                            .number(a.stateMillis());
            case ProgressPage a ->
                    out.u8(41)
                            .list(a.list(), MOST, ChangeCodec::progress)
                            .nullable(a.next(), FieldWriter::rowKey);
        }
    }

    static PartitionAnswer.OfChange answer(FieldReader in, int type) {
        return switch (type) {
            case 40 ->
                    new ChangePage(
                            in.list(MOST, ChangeCodec::row), in.int64(), in.flag(), in.number());
            case 41 ->
                    new ProgressPage(
                            in.list(
                                    MOST,
                                    one ->
                                            new BucketProgress(
                                                    one.bucket(),
                                                    one.blob(SaveProgress.MOST_PROGRESS_BYTES))),
                            in.nullable(FieldReader::rowKey));
            default -> throw FieldReader.unknown("answer", type);
        };
    }

    private static void progress(FieldWriter out, BucketProgress one) {
        out.bucket(one.bucket()).blob("progress", one.progress(), SaveProgress.MOST_PROGRESS_BYTES);
    }

    private static void row(FieldWriter out, ChangeRow row) {
        out.key(row.key()).int64(row.order());
        out.nullable(row.upload(), (to, one) -> to.id(one.id())).int32(row.newer());
        out.list(row.versions(), MOST_BRIEFS, ChangeCodec::brief);
    }

    private static ChangeRow row(FieldReader in) {
        return new ChangeRow(
                in.key(),
                in.int64(),
                in.nullable(FieldReader::write),
                in.int32(),
                in.list(MOST_BRIEFS, ChangeCodec::brief));
    }

    private static void brief(FieldWriter out, Brief brief) {
        out.int64(brief.order()).number(brief.createdMillis()).int64(brief.sizeBytes());
    }

    private static Brief brief(FieldReader in) {
        return new Brief(in.int64(), in.number(), in.int64());
    }
}
