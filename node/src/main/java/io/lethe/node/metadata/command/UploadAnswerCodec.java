package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.PartitionAnswer.HashItem;
import io.lethe.node.metadata.command.PartitionAnswer.HashLag;
import io.lethe.node.metadata.command.PartitionAnswer.HashPage;
import io.lethe.node.metadata.command.PartitionAnswer.KeyFound;
import io.lethe.node.metadata.command.PartitionAnswer.MidstateFound;
import io.lethe.node.metadata.command.PartitionAnswer.OfUpload;
import io.lethe.node.metadata.command.PartitionAnswer.PartPage;
import io.lethe.node.metadata.command.PartitionAnswer.PartSpan;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentPage;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionAnswer.UploadPage;
import io.lethe.node.metadata.command.PartitionAnswer.WrappedKey;
import io.lethe.node.metadata.command.PartitionCommand.SaveHash;

/**
 * Types and fields of answers about multipart uploads, for {@link AnswerCodec}:
 *
 * <pre>
 * 14 UploadFound    nullable upload row, nullable grant, completed order i64
 * 15 UploadPage     list of upload row, list of key, next key, nextOrder i64
 * 16 PartPage       list of part, next i32
 * 17 SegmentPage    start i64, list of segment (1,200)
 * 18 PartSpan       found flag, start i64, length i64
 * 19 HashPage       list of (upload, list of part (64), midstate blob), nullable next rowKey
 * 20 MidstateFound  number i32, midstate blob (512)
 * 21 KeyFound       nullable (write id, tenant id, wrapped), nullable grant
 * 22 HashLag        number i32, bytes varint
 * </pre>
 */
final class UploadAnswerCodec {
    private static final int MOST = PartitionQuery.MOST_ROWS;

    private UploadAnswerCodec() {}

    static void write(FieldWriter out, OfUpload answer) {
        switch (answer) {
            case UploadFound a ->
                    out.u8(14)
                            .nullable(a.row(), FieldWriter::uploadRow)
                            .nullable(a.shard(), FieldWriter::grant)
                            .int64(a.completedOrder());
            case UploadPage a -> {
                out.u8(15).list(a.rows(), MOST, FieldWriter::uploadRow);
                out.list(a.prefixes(), MOST, FieldWriter::key).key(a.next()).int64(a.nextOrder());
            }
            case PartPage a -> out.u8(16).list(a.rows(), MOST, FieldWriter::part).int32(a.next());
            case SegmentPage a ->
                    out.u8(17)
                            .int64(a.startBytes())
                            .list(a.segments(), SegmentPage.MOST_SEGMENTS, FieldWriter::segment);
            case PartSpan a ->
                    out.u8(18).flag(a.found()).int64(a.startBytes()).int64(a.lengthBytes());
            case HashPage a ->
                    out.u8(19)
                            .list(a.items(), MOST, UploadAnswerCodec::item)
                            .nullable(a.next(), FieldWriter::rowKey);
            case MidstateFound a ->
                    out.u8(20)
                            .int32(a.number())
                            .blob("midstate", a.midstate(), SaveHash.MOST_MIDSTATE_BYTES);
            case KeyFound a ->
                    out.u8(21)
                            .nullable(a.key(), UploadAnswerCodec::key)
                            .nullable(a.shard(), FieldWriter::grant);
            case HashLag a -> out.u8(22).int32(a.number()).number(a.bytes());
        }
    }

    static OfUpload read(FieldReader in, int type) {
        return switch (type) {
            case 14 ->
                    new UploadFound(
                            in.nullable(FieldReader::uploadRow),
                            in.nullable(FieldReader::grant),
                            in.int64());
            case 15 ->
                    new UploadPage(
                            in.list(MOST, FieldReader::uploadRow),
                            in.list(MOST, FieldReader::key),
                            in.key(),
                            in.int64());
            case 16 -> new PartPage(in.list(MOST, FieldReader::part), in.int32());
            case 17 ->
                    new SegmentPage(
                            in.int64(), in.list(SegmentPage.MOST_SEGMENTS, FieldReader::segment));
            case 18 -> new PartSpan(in.flag(), in.int64(), in.int64());
            case 19 ->
                    new HashPage(
                            in.list(MOST, UploadAnswerCodec::item),
                            in.nullable(FieldReader::rowKey));
            case 20 -> new MidstateFound(in.int32(), in.blob(SaveHash.MOST_MIDSTATE_BYTES));
            case 21 ->
                    new KeyFound(
                            in.nullable(UploadAnswerCodec::key), in.nullable(FieldReader::grant));
            case 22 -> new HashLag(in.int32(), in.number());
            default -> throw FieldReader.unknown("answer", type);
        };
    }

    private static void item(FieldWriter out, HashItem item) {
        out.upload(item.upload()).list(item.parts(), HashItem.MOST_PARTS, FieldWriter::part);
        out.blob("midstate", item.before(), SaveHash.MOST_MIDSTATE_BYTES);
    }

    private static HashItem item(FieldReader in) {
        return new HashItem(
                in.upload(),
                in.list(HashItem.MOST_PARTS, FieldReader::part),
                in.blob(SaveHash.MOST_MIDSTATE_BYTES));
    }

    private static void key(FieldWriter out, WrappedKey key) {
        out.id(key.write().id()).id(key.tenant().id()).wrapped(key.wrappedKey());
    }

    private static WrappedKey key(FieldReader in) {
        return new WrappedKey(in.write(), in.tenant(), in.wrapped());
    }
}
