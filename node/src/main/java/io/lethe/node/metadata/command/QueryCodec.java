package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionQuery.BucketEmpty;
import io.lethe.node.metadata.command.PartitionQuery.Find;
import io.lethe.node.metadata.command.PartitionQuery.Garbage;
import io.lethe.node.metadata.command.PartitionQuery.KeyCopies;
import io.lethe.node.metadata.command.PartitionQuery.ListKeys;
import io.lethe.node.metadata.command.PartitionQuery.MovedFrom;
import io.lethe.node.metadata.command.PartitionQuery.OpenShardOf;
import io.lethe.node.metadata.command.PartitionQuery.SegmentAsk;
import io.lethe.node.metadata.command.PartitionQuery.SegmentStates;
import io.lethe.node.metadata.command.PartitionQuery.ShardHolders;
import io.lethe.node.metadata.command.PartitionQuery.Shards;
import io.lethe.node.metadata.command.PartitionQuery.Summary;
import io.lethe.node.metadata.command.PartitionQuery.Underprotected;
import io.lethe.node.model.SegmentId;

/**
 * Encodes {@link PartitionQuery}s for the wire between nodes: {@code format u8 = 1 ‖ type u8 ‖
 * fields} in the record's order, encodings as in {@link FieldWriter}. Static and pure.
 *
 * <pre>
 *  1 Find            bucket i64, key, which
 *  2 ListKeys        bucket i64, prefix key, after key, afterOrder i64, delimiter key, versions
 *                    flag, limit i32
 *  3 BucketEmpty     bucket i64
 *  4 OpenShardOf     tenant id
 *  5 SegmentStates   list of (write id, segment id) (1,000)
 *  6 Garbage         after nullable rowKey, beforeMillis i64, limit i32
 *  7 Underprotected  after nullable rowKey, limit i32
 *  8 Shards          after nullable shard id, limit i32
 *  9 ShardHolders    shard id
 * 10 Summary
 * 11 MovedFrom       shard id
 * 12 KeyCopies       after nullable rowKey, limit i32
 * 13-22             multipart uploads: {@link UploadQueryCodec}
 * 40-41             changes: {@link ChangeCodec}
 * 42-43             events: {@link EventCodec}
 * 50-53             ranges: {@link SplitCodec}
 * 54-56             merges: {@link MergeCodec}
 * </pre>
 */
public final class QueryCodec {
    public static final int FORMAT = 1;

    private QueryCodec() {}

    /**
     * @throws IllegalArgumentException when a field is larger than its limit
     */
    public static Bytes encode(PartitionQuery query) {
        FieldWriter out = new FieldWriter().u8(FORMAT);
        write(out, query);
        return out.toBytes();
    }

    static void write(FieldWriter out, PartitionQuery query) {
        switch (query) {
            case Find q -> {
                out.u8(1).bucket(q.bucket()).key(q.key());
                PartitionCommandCodec.which(out, q.which());
            }
            case ListKeys q -> {
                out.u8(2).bucket(q.bucket()).key(q.prefix()).key(q.after());
                out.int64(q.afterOrder()).key(q.delimiter()).flag(q.versions()).int32(q.limit());
            }
            case BucketEmpty q -> out.u8(3).bucket(q.bucket());
            case OpenShardOf q -> out.u8(4).id(q.tenant().id());
            case SegmentStates q ->
                    out.u8(5)
                            .list(
                                    q.asks(),
                                    PartitionCommand.MOST_LIST,
                                    (to, one) -> to.id(one.write().id()).id(one.segment().id()));
            case Garbage q ->
                    out.u8(6)
                            .nullable(q.after(), FieldWriter::rowKey)
                            .int64(q.beforeMillis())
                            .int32(q.limit());
            case Underprotected q ->
                    out.u8(7).nullable(q.after(), FieldWriter::rowKey).int32(q.limit());
            case Shards q ->
                    out.u8(8).nullable(q.after(), (to, one) -> to.id(one.id())).int32(q.limit());
            case ShardHolders q -> out.u8(9).id(q.shard().id());
            case Summary _ -> out.u8(10);
            case MovedFrom q -> out.u8(11).id(q.shard().id());
            case KeyCopies q ->
                    out.u8(12).nullable(q.after(), FieldWriter::rowKey).int32(q.limit());
            case PartitionQuery.OfUpload q -> UploadQueryCodec.write(out, q);
            case PartitionQuery.OfChange q -> ChangeCodec.query(out, q);
            case PartitionQuery.OfEvents q -> EventCodec.query(out, q);
            case PartitionQuery.OfSplit q -> SplitCodec.query(out, q);
            case PartitionQuery.OfMerge q -> MergeCodec.query(out, q);
        }
    }

    /**
     * @throws io.lethe.node.base.codec.Decoder.CorruptEncoding when this is no query
     */
    public static PartitionQuery decode(Bytes query) {
        return FieldReader.whole(query, QueryCodec::read);
    }

    private static PartitionQuery read(FieldReader in) {
        in.format(FORMAT);
        return read(in, in.u8());
    }

    static PartitionQuery read(FieldReader in, int type) {
        return switch (type) {
            case 1 -> new Find(in.bucket(), in.key(), PartitionCommandCodec.which(in));
            case 2 ->
                    new ListKeys(
                            in.bucket(),
                            in.key(),
                            in.key(),
                            in.int64(),
                            in.key(),
                            in.flag(),
                            in.int32());
            case 3 -> new BucketEmpty(in.bucket());
            case 4 -> new OpenShardOf(in.tenant());
            case 5 ->
                    new SegmentStates(
                            in.list(
                                    PartitionCommand.MOST_LIST,
                                    from ->
                                            new SegmentAsk(
                                                    from.write(), new SegmentId(from.id()))));
            case 6 -> new Garbage(in.nullable(FieldReader::rowKey), in.int64(), in.int32());
            case 7 -> new Underprotected(in.nullable(FieldReader::rowKey), in.int32());
            case 8 -> new Shards(in.nullable(FieldReader::shard), in.int32());
            case 9 -> new ShardHolders(in.shard());
            case 10 -> new Summary();
            case 11 -> new MovedFrom(in.shard());
            case 12 -> new KeyCopies(in.nullable(FieldReader::rowKey), in.int32());
            case 40, 41 -> ChangeCodec.query(in, type);
            case 42, 43 -> EventCodec.query(in, type);
            case 50, 51, 52, 53 -> SplitCodec.query(in, type);
            case 54, 55, 56 -> MergeCodec.query(in, type);
            default -> UploadQueryCodec.read(in, type);
        };
    }
}
