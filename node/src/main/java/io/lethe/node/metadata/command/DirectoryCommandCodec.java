package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.DirectoryCommand.BeginMerge;
import io.lethe.node.metadata.command.DirectoryCommand.BeginMove;
import io.lethe.node.metadata.command.DirectoryCommand.BeginSplit;
import io.lethe.node.metadata.command.DirectoryCommand.CreateBucket;
import io.lethe.node.metadata.command.DirectoryCommand.CreatePg;
import io.lethe.node.metadata.command.DirectoryCommand.DropBackupKey;
import io.lethe.node.metadata.command.DirectoryCommand.DropHolder;
import io.lethe.node.metadata.command.DirectoryCommand.EndMerge;
import io.lethe.node.metadata.command.DirectoryCommand.EndMove;
import io.lethe.node.metadata.command.DirectoryCommand.EndSplit;
import io.lethe.node.metadata.command.DirectoryCommand.FinishBucketDelete;
import io.lethe.node.metadata.command.DirectoryCommand.FinishRecoding;
import io.lethe.node.metadata.command.DirectoryCommand.InitCluster;
import io.lethe.node.metadata.command.DirectoryCommand.MarkBucketDeleting;
import io.lethe.node.metadata.command.DirectoryCommand.MoveReplica;
import io.lethe.node.metadata.command.DirectoryCommand.PlaceDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutBackupKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutNode;
import io.lethe.node.metadata.command.DirectoryCommand.PutPartition;
import io.lethe.node.metadata.command.DirectoryCommand.PutSetting;
import io.lethe.node.metadata.command.DirectoryCommand.PutStorageClass;
import io.lethe.node.metadata.command.DirectoryCommand.PutTenant;
import io.lethe.node.metadata.command.DirectoryCommand.PutTicketKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutUser;
import io.lethe.node.metadata.command.DirectoryCommand.RaiseFeatureLevel;
import io.lethe.node.metadata.command.DirectoryCommand.RecoverPartition;
import io.lethe.node.metadata.command.DirectoryCommand.RecoveredDirectory;
import io.lethe.node.metadata.command.DirectoryCommand.RegisterHolder;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveDevice;
import io.lethe.node.metadata.command.DirectoryCommand.RemoveNode;
import io.lethe.node.metadata.command.DirectoryCommand.RestoredCluster;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketClass;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketLock;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketSetting;
import io.lethe.node.metadata.command.DirectoryCommand.SetLeaving;
import io.lethe.node.metadata.command.DirectoryCommand.SetNodeLeaving;
import io.lethe.node.metadata.command.DirectoryCommand.SetNodeState;
import io.lethe.node.metadata.command.DirectoryCommand.SetPgState;
import io.lethe.node.metadata.command.DirectoryCommand.SetReclaim;
import io.lethe.node.metadata.command.DirectoryCommand.SetVersioning;
import io.lethe.node.metadata.command.DirectoryCommand.SuspendHolder;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;

/**
 * Types and fields of {@link DirectoryCommand}s, for {@link CommandCodec}; records as in {@link
 * RecordCodec}:
 *
 * <pre>
 *  1 InitCluster         cluster id, name text, failure domain text, list of class (100),
 *                        feature level i32
 *  2 PutNode             node
 *  3 SetNodeState        node id, state u8
 *  4 PutDevice           device
 *  5 CreatePg            class text, scheme, list of device id (40)
 *  6 SetPgState          pg varint, state u8
 *  7 PutPartition        partition
 *  8 PutStorageClass     class
 *  9 PutTenant           tenant
 * 10 PutUser             user
 * 11 PutAccessKey        access key
 * 12 CreateBucket        bucket i64, tenant id, name text, class text, versioning u8,
 *                        seen index varint, lock or none, list of (setting u8, document blob
 *                        (524,288)) (64)
 * 13 MarkBucketDeleting  bucket i64
 * 14 FinishBucketDelete  bucket i64, mark index varint, remove flag
 * 15 SetVersioning       bucket i64, versioning u8, seen index varint
 * 16 PutTicketKey        key id i32, list of ticket key (10,000)
 * 17 RegisterHolder      node id, incarnation varint
 * 18 DropHolder          node id, incarnation varint
 * 19 PutSetting          name text, value text
 * 20 SuspendHolder       node id, incarnation varint
 * 21 SetBucketSetting    bucket i64, setting u8, document blob (524,288), seen index varint
 * 22 BeginMove           pg varint, epoch i32, chunk u8, device id
 * 23 EndMove             pg varint, epoch i32, chunk u8, device id
 * 24 SetLeaving          device id, leaving flag
 * 25 RemoveDevice        device id, lost flag
 * 26 SetNodeLeaving      node id, leaving flag
 * 27 RemoveNode          node id, lost flag
 * 28 SetBucketClass      bucket i64, class text, seen index varint
 * 29 FinishRecoding      bucket i64, class index varint
 * 30 BeginSplit          partition i32, map epoch varint, separator rowKey
 * 31 EndSplit            partition i32, map epoch varint, done flag
 * 32 RecoverPartition    partition i32, map epoch varint, node id, generation i32,
 *                        last index varint
 * 33 MoveReplica         partition i32, map epoch varint, from and to node id
 * 34 PutBackupKey        backup id, wrapped key
 * 35 DropBackupKey       backup id
 * 36 RecoveredDirectory  node id, last index varint
 * 37 RestoredCluster     node id, generation i32, backup id, backup millis varint
 * 38 SetReclaim          on flag
 * 40 SetBucketLock       bucket i64, lock (mode u8, days varint, years varint), seen index varint
 * 41 RaiseFeatureLevel   level i32
 * 42 PlaceDevice         placed device
 * 43 BeginMerge          giver i32, map epoch varint, heir i32, heir's map epoch varint
 * 44 EndMerge            giver i32, since varint, nullable receipt: {@link MergeCodec}
 * 45 to 53               {@link TenantCodec}
 * 54 to 56               {@link LogCodec}
 * </pre>
 */
final class DirectoryCommandCodec {
    private static final int MOST_CLASSES = 100;

    private DirectoryCommandCodec() {}

    static int type(DirectoryCommand command) {
        return switch (command) {
            case InitCluster _ -> 1;
            case PutNode _ -> 2;
            case SetNodeState _ -> 3;
            case PutDevice _ -> 4;
            case CreatePg _ -> 5;
            case SetPgState _ -> 6;
            case PutPartition _ -> 7;
            case PutStorageClass _ -> 8;
            case PutTenant _ -> 9;
            case PutUser _ -> 10;
            case PutAccessKey _ -> 11;
            case CreateBucket _ -> 12;
            case MarkBucketDeleting _ -> 13;
            case FinishBucketDelete _ -> 14;
            case SetVersioning _ -> 15;
            case PutTicketKey _ -> 16;
            case RegisterHolder _ -> 17;
            case DropHolder _ -> 18;
            case PutSetting _ -> 19;
            case SuspendHolder _ -> 20;
            case SetBucketSetting _ -> 21;
            case BeginMove _ -> 22;
            case EndMove _ -> 23;
            case SetLeaving _ -> 24;
            case RemoveDevice _ -> 25;
            case SetNodeLeaving _ -> 26;
            case RemoveNode _ -> 27;
            case SetBucketClass _ -> 28;
            case FinishRecoding _ -> 29;
            case BeginSplit _ -> 30;
            case EndSplit _ -> 31;
            case RecoverPartition _ -> 32;
            case MoveReplica _ -> 33;
            case PutBackupKey _ -> 34;
            case DropBackupKey _ -> 35;
            case RecoveredDirectory _ -> 36;
            case RestoredCluster _ -> 37;
            case SetReclaim _ -> 38;
            case SetBucketLock _ -> 40;
            case RaiseFeatureLevel _ -> 41;
            case PlaceDevice _ -> 42;
            case BeginMerge _ -> 43;
            case EndMerge _ -> 44;
            case DirectoryCommand.OfTenants c -> TenantCodec.type(c);
            case DirectoryCommand.OfLog c -> LogCodec.type(c);
        };
    }

    static void fields(FieldWriter out, DirectoryCommand command) {
        switch (command) {
            case InitCluster c -> init(out, c);
            case PutNode c -> RecordCodec.node(out, c.node());
            case SetNodeState c -> out.id(c.node().id()).choice(c.state());
            case PutDevice c -> RecordCodec.device(out, c.device());
            case CreatePg c -> {
                out.text(c.storageClass());
                RecordCodec.scheme(out, c.scheme());
                RecordCodec.members(out, c.members());
            }
            case SetPgState c -> out.number(c.pg().value()).choice(c.state());
            case PutPartition c -> RecordCodec.partition(out, c.partition());
            case PutStorageClass c -> RecordCodec.storageClass(out, c.storageClass());
            case PutTenant c -> RecordCodec.tenant(out, c.tenant());
            case PutUser c -> RecordCodec.user(out, c.user());
            case PutAccessKey c -> RecordCodec.accessKey(out, c.key());
            case CreateBucket c -> {
                out.bucket(c.bucket()).id(c.tenant().id()).text(c.name());
                out.text(c.storageClass()).choice(c.versioning()).number(c.seenIndex());
                out.nullable(c.lock(), FieldWriter::lock);
                RecordCodec.documents(out, c.documents());
            }
            case MarkBucketDeleting c -> out.bucket(c.bucket());
            case FinishBucketDelete c ->
                    out.bucket(c.bucket()).number(c.markIndex()).flag(c.remove());
            case SetVersioning c ->
                    out.bucket(c.bucket()).choice(c.versioning()).number(c.seenIndex());
            case PutTicketKey c ->
                    out.int32(c.keyId())
                            .list(c.sealed(), RecordCodec.MOST_NODES, RecordCodec::sealedTicketKey);
            case RegisterHolder c -> out.id(c.node().id()).number(c.incarnation());
            case DropHolder c -> out.id(c.node().id()).number(c.incarnation());
            case PutSetting c -> out.text(c.name()).text(c.value());
            case SetBucketLock c -> out.bucket(c.bucket()).lock(c.lock()).number(c.seenIndex());
            case SuspendHolder c -> out.id(c.node().id()).number(c.incarnation());
            case RaiseFeatureLevel c -> out.int32(c.level());
            case PlaceDevice c -> RecordCodec.placedDevice(out, c.device());
            case BeginMove c ->
                    RecordCodec.move(out.number(c.pg().value()).int32(c.epoch()), c.move());
            case EndMove c ->
                    RecordCodec.move(out.number(c.pg().value()).int32(c.epoch()), c.move());
            case SetLeaving c -> out.id(c.device().id()).flag(c.leaving());
            case RemoveDevice c -> out.id(c.device().id()).flag(c.lost());
            case SetNodeLeaving c -> out.id(c.node().id()).flag(c.leaving());
            case RemoveNode c -> out.id(c.node().id()).flag(c.lost());
            case SetBucketClass c ->
                    out.bucket(c.bucket()).text(c.storageClass()).number(c.seenIndex());
            case FinishRecoding c -> out.bucket(c.bucket()).number(c.classIndex());
            case DirectoryCommand.OfPartition c -> fieldsOf(out, c);
            case PutBackupKey c -> out.id(c.backup()).wrapped(c.wrappedKey());
            case DropBackupKey c -> out.id(c.backup());
            case RecoveredDirectory c -> out.id(c.survivor().id()).number(c.lastIndex());
            case RestoredCluster c -> {
                out.id(c.node().id()).int32(c.generation());
                out.id(c.backup()).number(c.backupMillis());
            }
            case SetReclaim c -> out.flag(c.on());
            case DirectoryCommand.OfTenants c -> TenantCodec.fields(out, c);
            case DirectoryCommand.OfLog c -> LogCodec.fields(out, c);
            case SetBucketSetting c ->
                    out.bucket(c.bucket())
                            .choice(c.setting())
                            .blob("document", c.document(), BucketDocument.MOST_BYTES)
                            .number(c.seenIndex());
        }
    }

    private static void init(FieldWriter out, InitCluster c) {
        out.id(c.cluster()).text(c.name()).text(c.failureDomain());
        out.list(c.classes(), MOST_CLASSES, RecordCodec::storageClass);
        out.int32(c.featureLevel());
    }

    private static void fieldsOf(FieldWriter out, DirectoryCommand.OfPartition command) {
        switch (command) {
            case BeginSplit c ->
                    out.int32(c.partition().value()).number(c.mapEpoch()).rowKey(c.separator());
            case EndSplit c -> out.int32(c.partition().value()).number(c.mapEpoch()).flag(c.done());
            case RecoverPartition c -> {
                out.int32(c.partition().value()).number(c.mapEpoch());
                RecordCodec.replica(out, c.survivor());
                out.number(c.lastIndex());
            }
            case BeginMerge c ->
                    out.int32(c.giver().value())
                            .number(c.mapEpoch())
                            .int32(c.heir().value())
                            .number(c.heirMapEpoch());
            case EndMerge c ->
                    out.int32(c.giver().value())
                            .number(c.since())
                            .nullable(c.receipt(), MergeCodec::receipt);
            case MoveReplica c ->
                    out.int32(c.partition().value())
                            .number(c.mapEpoch())
                            .id(c.from().id())
                            .id(c.to().id());
        }
    }

    static DirectoryCommand read(FieldReader in, int type) {
        return switch (type) {
            case 1 ->
                    new InitCluster(
                            in.id(),
                            in.text(),
                            in.text(),
                            in.list(MOST_CLASSES, RecordCodec::storageClass),
                            in.int32());
            case 2 -> new PutNode(RecordCodec.node(in));
            case 3 ->
                    new SetNodeState(RecordCodec.nodeId(in), in.choice(NodeRecord.State.values()));
            case 4 -> new PutDevice(RecordCodec.device(in));
            case 5 -> new CreatePg(in.text(), RecordCodec.scheme(in), RecordCodec.members(in));
            case 6 ->
                    new SetPgState(new PgId(in.number()), in.choice(PlacementGroup.State.values()));
            case 7 -> new PutPartition(RecordCodec.partition(in));
            case 8 -> new PutStorageClass(RecordCodec.storageClass(in));
            case 22 -> new BeginMove(new PgId(in.number()), in.int32(), RecordCodec.move(in));
            case 23 -> new EndMove(new PgId(in.number()), in.int32(), RecordCodec.move(in));
            case 24 -> new SetLeaving(RecordCodec.deviceId(in), in.flag());
            case 25 -> new RemoveDevice(RecordCodec.deviceId(in), in.flag());
            case 26 -> new SetNodeLeaving(RecordCodec.nodeId(in), in.flag());
            case 27 -> new RemoveNode(RecordCodec.nodeId(in), in.flag());
            case 28 -> new SetBucketClass(in.bucket(), in.text(), in.number());
            case 29 -> new FinishRecoding(in.bucket(), in.number());
            case 30 -> new BeginSplit(new GroupId(in.int32()), in.number(), in.rowKey());
            case 31 -> new EndSplit(new GroupId(in.int32()), in.number(), in.flag());
            case 32 ->
                    new RecoverPartition(
                            new GroupId(in.int32()),
                            in.number(),
                            RecordCodec.replica(in),
                            in.number());
            case 33 ->
                    new MoveReplica(
                            new GroupId(in.int32()),
                            in.number(),
                            RecordCodec.nodeId(in),
                            RecordCodec.nodeId(in));
            case 43 ->
                    new BeginMerge(
                            new GroupId(in.int32()),
                            in.number(),
                            new GroupId(in.int32()),
                            in.number());
            case 44 ->
                    new EndMerge(
                            new GroupId(in.int32()), in.number(), in.nullable(MergeCodec::receipt));
            case 34 -> new PutBackupKey(in.id(), in.wrapped());
            case 35 -> new DropBackupKey(in.id());
            case 36 -> new RecoveredDirectory(RecordCodec.nodeId(in), in.number());
            case 37 ->
                    new RestoredCluster(RecordCodec.nodeId(in), in.int32(), in.id(), in.number());
            case 38 -> new SetReclaim(in.flag());
            default -> readOfGateways(in, type);
        };
    }

    private static DirectoryCommand readOfGateways(FieldReader in, int type) {
        return switch (type) {
            case 9 -> new PutTenant(RecordCodec.tenant(in));
            case 10 -> new PutUser(RecordCodec.user(in));
            case 11 -> new PutAccessKey(RecordCodec.accessKey(in));
            case 12 ->
                    new CreateBucket(
                            in.bucket(),
                            in.tenant(),
                            in.text(),
                            in.text(),
                            in.choice(Versioning.values()),
                            in.number(),
                            in.nullable(FieldReader::lock),
                            RecordCodec.documents(in));
            case 13 -> new MarkBucketDeleting(in.bucket());
            case 14 -> new FinishBucketDelete(in.bucket(), in.number(), in.flag());
            case 15 -> new SetVersioning(in.bucket(), in.choice(Versioning.values()), in.number());
            case 16 ->
                    new PutTicketKey(
                            in.int32(),
                            in.list(RecordCodec.MOST_NODES, RecordCodec::sealedTicketKey));
            case 17 -> new RegisterHolder(RecordCodec.nodeId(in), in.number());
            case 18 -> new DropHolder(RecordCodec.nodeId(in), in.number());
            case 19 -> new PutSetting(in.text(), in.text());
            case 40 -> new SetBucketLock(in.bucket(), in.lock(), in.number());
            case 41 -> new RaiseFeatureLevel(in.int32());
            case 42 -> new PlaceDevice(RecordCodec.placedDevice(in));
            case 20 -> new SuspendHolder(RecordCodec.nodeId(in), in.number());
            case 21 ->
                    new SetBucketSetting(
                            in.bucket(),
                            in.choice(BucketSetting.values()),
                            in.blob(BucketDocument.MOST_BYTES),
                            in.number());
            default -> LogCodec.read(in, type);
        };
    }
}
