package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.PartitionCommand.CloseShard;
import io.lethe.node.metadata.command.PartitionCommand.CloseWrite;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.ConfirmRewrap;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.DeregisterKeyCopy;
import io.lethe.node.metadata.command.PartitionCommand.DestroyShard;
import io.lethe.node.metadata.command.PartitionCommand.ExpireWrites;
import io.lethe.node.metadata.command.PartitionCommand.Fence;
import io.lethe.node.metadata.command.PartitionCommand.Init;
import io.lethe.node.metadata.command.PartitionCommand.LockChange;
import io.lethe.node.metadata.command.PartitionCommand.OfUpload;
import io.lethe.node.metadata.command.PartitionCommand.OpenShard;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.PruneResults;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.Reclaimed;
import io.lethe.node.metadata.command.PartitionCommand.Recovered;
import io.lethe.node.metadata.command.PartitionCommand.RegisterKeyCopies;
import io.lethe.node.metadata.command.PartitionCommand.RenewWrites;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.SetInfo;
import io.lethe.node.metadata.command.PartitionCommand.SetLock;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import java.util.List;

/**
 * Types and fields of {@link PartitionCommand}s, for {@link CommandCodec}. Fields come in the
 * record's order, in the encodings of {@link FieldWriter}:
 *
 * <pre>
 *  1 Init            from rowKey, to rowKey, orderFloor varint, list of copy (1,000)
 *  2 OpenWrite       write id, bucket i64, key, tenant id, leaseMillis varint
 *  3 RenewWrites     list of write id (1,000), leaseMillis varint
 *  4 CloseWrite      write id, bucket i64, key, list of segment (100,000)
 *  5 ExpireWrites    limit i32
 *  6 Commit          write id, bucket i64, key, tenant id, versioning u8, condition, body
 *  7 Delete          request id, bucket i64, key, tenant id, versioning u8, which, condition
 *  8 OpenShard       grant
 *  9 CloseShard      shard id
 * 10 Rewrap          from id, to id, list of (bucket i64, key, order i64, wrapped) (1,000)
 * 11 DestroyShard    shard id
 * 12 Fence           directoryIndex varint
 * 13 RaisePgEpoch    pg varint, epoch i32, chunk u8
 * 14 Reclaimed       list of rowKey (1,000)
 * 15 Rebuilt         bucket i64, key, order i64, segment id, durableMask varint
 * 16 ReplaceSegment  write id, bucket i64, key, order i64, old segment id, fresh segment
 * 17 PruneResults    limit i32
 * 18 ConfirmRewrap   shard id, node id
 * 19 RegisterKeyCopies  list of copy (1,000)
 * 20 DeregisterKeyCopy  copy, files varint, in place flag
 * 21-26              multipart uploads: {@link UploadCommandCodec}
 * 40 SetInfo         request id, bucket i64, key, order i64, seen info blob, sealed info blob
 * 41 SetLock         request id, bucket i64, key, which, change, bypass flag
 * 42 Commit          as 6, then asked protection, default lock or none
 * 43 Delete          as 7, then bypass flag
 * 44-46              multipart uploads
 * 60                 changes: {@link ChangeCodec}
 * 61-62              events: {@link EventCodec}
 * 70-73              ranges: {@link SplitCodec}
 * 74-77              merges: {@link MergeCodec}
 * 80 Recovered       copy, copy, directory index varint, order floor varint
 * 81 DeleteBatch     list of (type u8 and fields of a Delete or Noted) (64)
 *
 * 42 to 46 are written where 6, 7, 21, 23 and 24 do not say all of a command.
 *
 * condition: u8 0 always, 1 absent, 2 matches etag text, 3 differs etag text, 4 present, 12 seen
 *            order i64, hidden by i64, newer i32, nullable info blob
 * which:     u8 0 current, 1 order i64, 2 null
 * change:    u8 0 retain mode u8, until varint; 1 hold flag
 * copy:      kind u8 (0 replica, 1 export, 2 backup, 3 declared, 4 merged), node id, number varint
 * </pre>
 */
final class PartitionCommandCodec {
    private static final int DELETE_BATCH = 81;

    private PartitionCommandCodec() {}

    static int type(PartitionCommand command) {
        return switch (command) {
            case Init _ -> 1;
            case OpenWrite _ -> 2;
            case RenewWrites _ -> 3;
            case CloseWrite _ -> 4;
            case ExpireWrites _ -> 5;
            case Commit c -> c.protection().isNone() ? 6 : 42;
            case Delete c -> c.bypassGovernance() ? 43 : 7;
            case OpenShard _ -> 8;
            case CloseShard _ -> 9;
            case Rewrap _ -> 10;
            case DestroyShard _ -> 11;
            case Fence _ -> 12;
            case RaisePgEpoch _ -> 13;
            case Reclaimed _ -> 14;
            case Rebuilt _ -> 15;
            case ReplaceSegment _ -> 16;
            case PruneResults _ -> 17;
            case ConfirmRewrap _ -> 18;
            case RegisterKeyCopies _ -> 19;
            case DeregisterKeyCopy _ -> 20;
            case Recovered _ -> 80;
            case SetInfo _ -> 40;
            case SetLock _ -> 41;
            case OfUpload c -> UploadCommandCodec.type(c);
            case PartitionCommand.OfChange c -> ChangeCodec.type(c);
            case PartitionCommand.OfEvent c -> EventCodec.type(c);
            case PartitionCommand.OfSplit c -> SplitCodec.type(c);
            case PartitionCommand.OfMerge c -> MergeCodec.type(c);
            case PartitionCommand.DeleteBatch _ -> DELETE_BATCH;
        };
    }

    static void fields(FieldWriter out, PartitionCommand command) {
        switch (command) {
            case Init c -> {
                out.rowKey(c.from()).rowKey(c.to()).number(c.orderFloor());
                copies(out, c.copies());
            }
            case OpenWrite c ->
                    out.id(c.write().id())
                            .bucket(c.bucket())
                            .key(c.key())
                            .id(c.tenant().id())
                            .number(c.leaseMillis());
            case RenewWrites c ->
                    out.list(c.writes(), PartitionCommand.MOST_LIST, (to, one) -> to.id(one.id()))
                            .number(c.leaseMillis());
            case CloseWrite c ->
                    out.id(c.write().id())
                            .bucket(c.bucket())
                            .key(c.key())
                            .list(
                                    c.written(),
                                    VersionBody.MOST_SEGMENTS,
                                    (to, one) -> to.segment(one));
            case ExpireWrites c -> out.int32(c.limit());
            case Commit c -> commit(out, c);
            case Delete c -> delete(out, c);
            case OpenShard c -> out.grant(c.grant());
            case CloseShard c -> out.id(c.shard().id());
            case Rewrap c -> rewrap(out, c);
            case DestroyShard c -> out.id(c.shard().id());
            case Fence c -> out.number(c.directoryIndex());
            case RaisePgEpoch c -> out.number(c.pg().value()).int32(c.epoch()).u8(c.chunk());
            case Reclaimed c ->
                    out.list(c.garbageKeys(), PartitionCommand.MOST_LIST, FieldWriter::rowKey);
            case Rebuilt c ->
                    out.bucket(c.bucket())
                            .key(c.key())
                            .int64(c.order())
                            .id(c.segment().id())
                            .number(c.durableMask());
            case ReplaceSegment c ->
                    out.id(c.write().id())
                            .bucket(c.bucket())
                            .key(c.key())
                            .int64(c.order())
                            .id(c.old().id())
                            .segment(c.fresh());
            case PruneResults c -> out.int32(c.limit());
            case ConfirmRewrap c -> out.id(c.shard().id()).id(c.by().id());
            case RegisterKeyCopies c -> copies(out, c.copies());
            case DeregisterKeyCopy c -> deregister(out, c);
            case Recovered c -> {
                copy(out, c.was());
                copy(out, c.is());
                out.number(c.directoryIndex()).number(c.orderFloor());
            }
            case SetInfo c -> info(out, c);
            case SetLock c -> lock(out, c);
            case OfUpload c -> UploadCommandCodec.fields(out, c);
            case PartitionCommand.OfChange c -> ChangeCodec.fields(out, c);
            case PartitionCommand.OfEvent c -> EventCodec.fields(out, c);
            case PartitionCommand.OfSplit c -> SplitCodec.fields(out, c);
            case PartitionCommand.OfMerge c -> MergeCodec.fields(out, c);
            case PartitionCommand.DeleteBatch c -> batch(out, c);
        }
    }

    private static void rewrap(FieldWriter out, Rewrap c) {
        out.id(c.from().id()).id(c.to().id());
        out.list(c.list(), PartitionCommand.MOST_LIST, PartitionCommandCodec::rewrapped);
    }

    private static void batch(FieldWriter out, PartitionCommand.DeleteBatch c) {
        out.list(
                c.deletes(),
                PartitionCommand.MOST_DELETES,
                (to, one) -> fields(to.u8(type(one)), one));
    }

    private static void deregister(FieldWriter out, DeregisterKeyCopy c) {
        copy(out, c.copy());
        out.number(c.receipt().files()).flag(c.receipt().inPlace());
    }

    private static void info(FieldWriter out, SetInfo c) {
        out.id(c.request().id()).bucket(c.bucket()).key(c.key()).int64(c.order());
        out.blob("seen info", c.seen(), VersionBody.MOST_INFO_BYTES);
        out.blob("sealed info", c.sealedInfo(), VersionBody.MOST_INFO_BYTES);
    }

    private static void lock(FieldWriter out, SetLock c) {
        which(out.id(c.request().id()).bucket(c.bucket()).key(c.key()), c.which());
        change(out, c.change());
        out.flag(c.bypassGovernance());
    }

    private static void copies(FieldWriter out, List<KeyCopy> copies) {
        out.list(copies, PartitionCommand.MOST_LIST, PartitionCommandCodec::copy);
    }

    static void copy(FieldWriter out, KeyCopy copy) {
        out.choice(copy.kind()).id(copy.node().id()).number(copy.number());
    }

    private static List<KeyCopy> copies(FieldReader in) {
        return in.list(PartitionCommand.MOST_LIST, PartitionCommandCodec::copy);
    }

    static KeyCopy copy(FieldReader in) {
        return new KeyCopy(in.choice(KeyCopy.Kind.values()), RecordCodec.nodeId(in), in.number());
    }

    private static void commit(FieldWriter out, Commit c) {
        out.id(c.write().id()).bucket(c.bucket()).key(c.key()).id(c.tenant().id());
        out.choice(c.versioning());
        condition(out, c.condition());
        out.body(c.body());
        if (!c.protection().isNone()) {
            out.protection(c.protection().asked());
            out.nullable(c.protection().byDefault(), FieldWriter::lock);
        }
    }

    private static void delete(FieldWriter out, Delete c) {
        out.id(c.request().id()).bucket(c.bucket()).key(c.key()).id(c.tenant().id());
        out.choice(c.versioning());
        which(out, c.which());
        condition(out, c.condition());
        if (c.bypassGovernance()) {
            out.flag(true);
        }
    }

    private static void change(FieldWriter out, LockChange change) {
        switch (change) {
            case LockChange.Retain c -> out.u8(0).choice(c.mode()).number(c.untilMillis());
            case LockChange.Hold c -> out.u8(1).flag(c.on());
        }
    }

    private static LockChange change(FieldReader in) {
        int type = in.u8();
        return switch (type) {
            case 0 -> new LockChange.Retain(in.choice(BucketLock.Mode.values()), in.number());
            case 1 -> new LockChange.Hold(in.flag());
            default -> throw FieldReader.unknown("change of a lock", type);
        };
    }

    private static void rewrapped(FieldWriter out, Rewrapped one) {
        out.bucket(one.bucket()).key(one.key()).int64(one.order()).wrapped(one.wrappedKey());
    }

    static void condition(FieldWriter out, Condition condition) {
        switch (condition) {
            case Condition.Always _ -> out.u8(0);
            case Condition.Absent _ -> out.u8(1);
            case Condition.Matches c -> out.u8(2).text(c.etag());
            case Condition.Differs c -> out.u8(3).text(c.etag());
            case Condition.Present _ -> out.u8(4);
            case Condition.Seen c ->
                    out.u8(12)
                            .int64(c.order())
                            .int64(c.hiddenBy())
                            .int32(c.newer())
                            .nullable(
                                    c.info(),
                                    (to, one) -> to.blob("seen", one, VersionBody.MOST_INFO_BYTES));
        }
    }

    static void which(FieldWriter out, Which which) {
        switch (which) {
            case Which.Current _ -> out.u8(0);
            case Which.Order w -> out.u8(1).int64(w.order());
            case Which.Null _ -> out.u8(2);
        }
    }

    static PartitionCommand read(FieldReader in, int type) {
        return switch (type) {
            case 1 -> new Init(in.rowKey(), in.rowKey(), in.number(), copies(in));
            case 2 -> new OpenWrite(in.write(), in.bucket(), in.key(), in.tenant(), in.number());
            case 3 ->
                    new RenewWrites(
                            in.list(PartitionCommand.MOST_LIST, FieldReader::write), in.number());
            case 4 ->
                    new CloseWrite(
                            in.write(),
                            in.bucket(),
                            in.key(),
                            in.list(VersionBody.MOST_SEGMENTS, FieldReader::segment));
            case 5 -> new ExpireWrites(in.int32());
            case 6 -> commit(in, false);
            case 42 -> commit(in, true);
            case 7 -> delete(in, false);
            case 43 -> delete(in, true);
            default -> readInternal(in, type);
        };
    }

    private static Commit commit(FieldReader in, boolean isProtected) {
        return new Commit(
                in.write(),
                in.bucket(),
                in.key(),
                in.tenant(),
                in.choice(Versioning.values()),
                condition(in),
                in.body(),
                isProtected
                        ? new NewProtection(in.protection(), in.nullable(FieldReader::lock))
                        : NewProtection.NONE);
    }

    private static Delete delete(FieldReader in, boolean isBypass) {
        return new Delete(
                in.write(),
                in.bucket(),
                in.key(),
                in.tenant(),
                in.choice(Versioning.values()),
                which(in),
                condition(in),
                isBypass && in.flag());
    }

    private static PartitionCommand deleteOfBatch(FieldReader in) {
        int type = in.u8();
        return switch (type) {
            // Others may hold commands themselves, and would take the reader a level deeper.
            case 7, 43, 61 -> read(in, type);
            default -> throw FieldReader.unknown("delete of a batch", type);
        };
    }

    private static PartitionCommand readInternal(FieldReader in, int type) {
        return switch (type) {
            case 8 -> new OpenShard(in.grant());
            case 9 -> new CloseShard(in.shard());
            case 10 ->
                    new Rewrap(
                            in.shard(),
                            in.shard(),
                            in.list(PartitionCommand.MOST_LIST, PartitionCommandCodec::rewrapped));
            case 11 -> new DestroyShard(in.shard());
            case 12 -> new Fence(in.number());
            case 13 -> new RaisePgEpoch(new PgId(in.number()), in.int32(), in.u8());
            case 14 -> new Reclaimed(in.list(PartitionCommand.MOST_LIST, FieldReader::rowKey));
            case 15 ->
                    new Rebuilt(
                            in.bucket(), in.key(), in.int64(), new SegmentId(in.id()), in.number());
            case 16 ->
                    new ReplaceSegment(
                            in.write(),
                            in.bucket(),
                            in.key(),
                            in.int64(),
                            new SegmentId(in.id()),
                            in.segment());
            case 17 -> new PruneResults(in.int32());
            case 18 -> new ConfirmRewrap(in.shard(), RecordCodec.nodeId(in));
            case 19 -> new RegisterKeyCopies(copies(in));
            case 20 ->
                    new DeregisterKeyCopy(
                            copy(in),
                            new PartitionCommand.WipeReceipt(
                                    (int) Math.min(Integer.MAX_VALUE, in.number()), in.flag()));
            case 40 ->
                    new SetInfo(
                            in.write(),
                            in.bucket(),
                            in.key(),
                            in.int64(),
                            in.blob(VersionBody.MOST_INFO_BYTES),
                            in.blob(VersionBody.MOST_INFO_BYTES));
            case 41 ->
                    new SetLock(
                            in.write(), in.bucket(), in.key(), which(in), change(in), in.flag());
            case 60 -> ChangeCodec.command(in, type);
            case 80 -> new Recovered(copy(in), copy(in), in.number(), in.number());
            case 61, 62 -> EventCodec.command(in, type);
            case 70, 71, 72, 73 -> SplitCodec.command(in, type);
            case 74, 75, 76, 77 -> MergeCodec.command(in, type);
            case DELETE_BATCH ->
                    new PartitionCommand.DeleteBatch(
                            in.list(
                                    PartitionCommand.MOST_DELETES,
                                    PartitionCommandCodec::deleteOfBatch));
            default -> UploadCommandCodec.read(in, type);
        };
    }

    private static Rewrapped rewrapped(FieldReader in) {
        return new Rewrapped(in.bucket(), in.key(), in.int64(), in.wrapped());
    }

    static Condition condition(FieldReader in) {
        int type = in.u8();
        return switch (type) {
            case 0 -> new Condition.Always();
            case 1 -> new Condition.Absent();
            case 2 -> new Condition.Matches(in.text());
            case 3 -> new Condition.Differs(in.text());
            case 4 -> new Condition.Present();
            case 12 ->
                    new Condition.Seen(
                            in.int64(),
                            in.int64(),
                            in.int32(),
                            in.nullable(one -> one.blob(VersionBody.MOST_INFO_BYTES)));
            default -> throw FieldReader.unknown("condition", type);
        };
    }

    static Which which(FieldReader in) {
        int type = in.u8();
        return switch (type) {
            case 0 -> new Which.Current();
            case 1 -> new Which.Order(in.int64());
            case 2 -> new Which.Null();
            default -> throw FieldReader.unknown("which version", type);
        };
    }
}
