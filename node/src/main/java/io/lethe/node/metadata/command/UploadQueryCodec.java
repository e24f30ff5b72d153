package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.PartitionQuery.DataKey;
import io.lethe.node.metadata.command.PartitionQuery.FindHashLag;
import io.lethe.node.metadata.command.PartitionQuery.FindMidstate;
import io.lethe.node.metadata.command.PartitionQuery.FindPart;
import io.lethe.node.metadata.command.PartitionQuery.FindUpload;
import io.lethe.node.metadata.command.PartitionQuery.HashWork;
import io.lethe.node.metadata.command.PartitionQuery.ListParts;
import io.lethe.node.metadata.command.PartitionQuery.ListUploads;
import io.lethe.node.metadata.command.PartitionQuery.OfUpload;
import io.lethe.node.metadata.command.PartitionQuery.SegmentsAt;
import io.lethe.node.metadata.command.PartitionQuery.SegmentsOfPart;

/**
 * Types and fields of questions about multipart uploads, for {@link QueryCodec}:
 *
 * <pre>
 * 13 FindUpload      upload
 * 14 ListUploads     bucket i64, prefix key, after key, afterOrder i64, delimiter key, limit i32
 * 15 ListParts       upload, after i32, limit i32
 * 16 SegmentsAt      upload, offset i64, limit i32
 * 17 SegmentsOfPart  bucket i64, key, order i64
 * 18 FindPart        upload, number i32
 * 19 HashWork        after nullable rowKey, limit i32
 * 20 FindMidstate    upload, through i32
 * 21 DataKey         bucket i64, key, order i64
 * 22 FindHashLag     upload
 * </pre>
 */
final class UploadQueryCodec {
    private UploadQueryCodec() {}

    static void write(FieldWriter out, OfUpload query) {
        switch (query) {
            case FindUpload q -> out.u8(13).upload(q.upload());
            case ListUploads q -> {
                out.u8(14).bucket(q.bucket()).key(q.prefix()).key(q.after());
                out.int64(q.afterOrder()).key(q.delimiter()).int32(q.limit());
            }
            case ListParts q -> out.u8(15).upload(q.upload()).int32(q.after()).int32(q.limit());
            case SegmentsAt q ->
                    out.u8(16).upload(q.upload()).int64(q.offsetBytes()).int32(q.limit());
            case SegmentsOfPart q -> out.u8(17).bucket(q.bucket()).key(q.key()).int64(q.order());
            case FindPart q -> out.u8(18).upload(q.upload()).int32(q.number());
            case HashWork q -> out.u8(19).nullable(q.after(), FieldWriter::rowKey).int32(q.limit());
            case FindMidstate q -> out.u8(20).upload(q.upload()).int32(q.through());
            case DataKey q -> out.u8(21).bucket(q.bucket()).key(q.key()).int64(q.order());
            case FindHashLag q -> out.u8(22).upload(q.upload());
        }
    }

    static OfUpload read(FieldReader in, int type) {
        return switch (type) {
            case 13 -> new FindUpload(in.upload());
            case 14 ->
                    new ListUploads(
                            in.bucket(), in.key(), in.key(), in.int64(), in.key(), in.int32());
            case 15 -> new ListParts(in.upload(), in.int32(), in.int32());
            case 16 -> new SegmentsAt(in.upload(), in.int64(), in.int32());
            case 17 -> new SegmentsOfPart(in.bucket(), in.key(), in.int64());
            case 18 -> new FindPart(in.upload(), in.int32());
            case 19 -> new HashWork(in.nullable(FieldReader::rowKey), in.int32());
            case 20 -> new FindMidstate(in.upload(), in.int32());
            case 21 -> new DataKey(in.bucket(), in.key(), in.int64());
            case 22 -> new FindHashLag(in.upload());
            default -> throw FieldReader.unknown("query", type);
        };
    }
}
