package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PgId;

/**
 * Encodes replies for the wire between nodes: {@code format u8 = 1 ‖ type u8 ‖ fields} in the
 * record's order, encodings as in {@link FieldWriter}. Static and pure.
 *
 * <pre>
 * partition                                          directory
 * 1 Done                                             1 Done
 * 2 Refused        code's name text, message text    2 Refused        as left
 * 3 Retry          why u8, detail i64                3 PgCreated      pg varint
 * 4 WrongPartition map epoch varint                  4 BucketCreated  bucket
 * 5 WriteOpened    shard nullable grant, expires i64 5 BucketMarked   mark index varint
 * 6 Renewed        list of write id (1,000)
 * 7 WriteEnded     committed flag
 * 8 Swept          count i32
 * 9 Committed      order i64, null flag, created i64, shard-full flag
 * 10 Deleted       order i64, null flag, marker flag
 * 11 UploadCreated order i64, created i64, shard-full flag
 * 12 PartPut       order i64, created i64
 * 13 SplitSwept    phase u8, nullable next rowKey
 * 14 GivenUp         receipt: {@link MergeCodec}
 * 20 DeleteBatchDone  list of (type u8 and fields of a reply) (64)
 * </pre>
 */
public final class ReplyCodec {
    public static final int FORMAT = 1;

    /**
     * Characters of a message; what is longer is cut. Below {@link FieldWriter#MOST_TEXT_BYTES}.
     */
    public static final int MOST_MESSAGE_CHARS = 1_000;

    private static final int DELETE_BATCH_DONE = 20;

    private ReplyCodec() {}

    public static Bytes encode(PartitionReply reply) {
        FieldWriter out = new FieldWriter().u8(FORMAT);
        write(out, reply);
        return out.toBytes();
    }

    private static void write(FieldWriter out, PartitionReply reply) {
        switch (reply) {
            case PartitionReply.Done _ -> out.u8(1);
            case PartitionReply.Refused r -> refused(out.u8(2), r.code(), r.message());
            case PartitionReply.Retry r -> out.u8(3).choice(r.why()).int64(r.detail());
            case PartitionReply.WrongPartition r -> out.u8(4).number(r.mapEpoch());
            case PartitionReply.SplitSwept r ->
                    out.u8(13).u8(r.phase()).nullable(r.next(), FieldWriter::rowKey);
            case PartitionReply.WriteOpened r ->
                    out.u8(5).nullable(r.shard(), FieldWriter::grant).int64(r.expiresMillis());
            case PartitionReply.Renewed r ->
                    out.u8(6)
                            .list(
                                    r.closed(),
                                    PartitionCommand.MOST_LIST,
                                    (to, one) -> to.id(one.id()));
            case PartitionReply.WriteEnded r -> out.u8(7).flag(r.committed());
            case PartitionReply.Swept r -> out.u8(8).int32(r.count());
            case PartitionReply.Committed r ->
                    out.u8(9)
                            .int64(r.order())
                            .flag(r.nullVersion())
                            .int64(r.createdMillis())
                            .flag(r.shardFull());
            case PartitionReply.Deleted r ->
                    out.u8(10).int64(r.order()).flag(r.nullVersion()).flag(r.marker());
            case PartitionReply.UploadCreated r ->
                    out.u8(11).int64(r.order()).int64(r.createdMillis()).flag(r.shardFull());
            case PartitionReply.PartPut r -> out.u8(12).int64(r.order()).int64(r.createdMillis());
            case PartitionReply.GivenUp r -> MergeCodec.receipt(out.u8(14), r.receipt());
            case PartitionReply.DeleteBatchDone r ->
                    out.u8(DELETE_BATCH_DONE)
                            .list(r.replies(), PartitionCommand.MOST_DELETES, ReplyCodec::write);
        }
    }

    /**
     * @throws CorruptEncoding when this is no reply of a partition
     */
    public static PartitionReply decodePartition(Bytes reply) {
        return FieldReader.whole(reply, ReplyCodec::readPartition);
    }

    private static PartitionReply readPartition(FieldReader in) {
        in.format(FORMAT);
        int type = in.u8();
        return type == DELETE_BATCH_DONE
                ? new PartitionReply.DeleteBatchDone(
                        in.list(PartitionCommand.MOST_DELETES, one -> readPartition(one, one.u8())))
                : readPartition(in, type);
    }

    private static PartitionReply readPartition(FieldReader in, int type) {
        return switch (type) {
            case 1 -> new PartitionReply.Done();
            case 2 -> new PartitionReply.Refused(code(in), in.text());
            case 3 ->
                    new PartitionReply.Retry(
                            in.choice(PartitionReply.Retry.Why.values()), in.int64());
            case 4 -> new PartitionReply.WrongPartition(in.number());
            case 5 -> new PartitionReply.WriteOpened(in.nullable(FieldReader::grant), in.int64());
            case 6 ->
                    new PartitionReply.Renewed(
                            in.list(PartitionCommand.MOST_LIST, FieldReader::write));
            case 7 -> new PartitionReply.WriteEnded(in.flag());
            case 8 -> new PartitionReply.Swept(in.int32());
            case 9 -> new PartitionReply.Committed(in.int64(), in.flag(), in.int64(), in.flag());
            case 10 -> new PartitionReply.Deleted(in.int64(), in.flag(), in.flag());
            case 11 -> new PartitionReply.UploadCreated(in.int64(), in.int64(), in.flag());
            case 12 -> new PartitionReply.PartPut(in.int64(), in.int64());
            case 13 -> new PartitionReply.SplitSwept(in.u8(), in.nullable(FieldReader::rowKey));
            case 14 -> new PartitionReply.GivenUp(MergeCodec.receipt(in));
            default -> throw FieldReader.unknown("partition reply", type);
        };
    }

    public static Bytes encode(DirectoryReply reply) {
        FieldWriter out = new FieldWriter().u8(FORMAT);
        switch (reply) {
            case DirectoryReply.Done _ -> out.u8(1);
            case DirectoryReply.Refused r -> refused(out.u8(2), r.code(), r.message());
            case DirectoryReply.PgCreated r -> out.u8(3).number(r.pg().value());
            case DirectoryReply.BucketCreated r -> RecordCodec.bucket(out.u8(4), r.bucket());
            case DirectoryReply.BucketMarked r -> out.u8(5).number(r.markIndex());
        }
        return out.toBytes();
    }

    /**
     * @throws CorruptEncoding when this is no reply of the directory
     */
    public static DirectoryReply decodeDirectory(Bytes reply) {
        return FieldReader.whole(reply, ReplyCodec::readDirectory);
    }

    private static DirectoryReply readDirectory(FieldReader in) {
        in.format(FORMAT);
        int type = in.u8();
        return switch (type) {
            case 1 -> new DirectoryReply.Done();
            case 2 -> new DirectoryReply.Refused(code(in), in.text());
            case 3 -> new DirectoryReply.PgCreated(new PgId(in.number()));
            case 4 -> new DirectoryReply.BucketCreated(RecordCodec.bucket(in));
            case 5 -> new DirectoryReply.BucketMarked(in.number());
            default -> throw FieldReader.unknown("directory reply", type);
        };
    }

    private static void refused(FieldWriter out, ErrorCode code, String message) {
        out.text(code.name());
        out.text(
                message.length() <= MOST_MESSAGE_CHARS
                        ? message
                        : message.substring(0, MOST_MESSAGE_CHARS - 1) + "…");
    }

    /** By name, since the table of codes is kept in an order for readers and may be re-ordered. */
    private static ErrorCode code(FieldReader in) {
        // One that only a newer build has is told as a failure, with the message that came along.
        return ErrorCode.named(in.text()).orElse(ErrorCode.INTERNAL);
    }
}
