package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fields of the directory's records, in commands, replies and rows alike; in the encodings of
 * {@link FieldWriter}. Static and pure.
 *
 * <pre>
 * node       id, incarnation varint, host text, ports 4 × i32 (data, rpc, console, S3), rack text,
 *            roles u8 (bit = role's ordinal), public key text, state u8, standing u8,
 *            build: version text, lowest i32, highest i32
 * device     id, node id, capacity varint, free varint, state u8, leaving flag
 * placed     device, path text
 * pg         id varint, epoch i32, class text, scheme, list of device id (40), state u8,
 *            move or none
 * move       chunk u8, device id
 * partition  group i32, from rowKey, to rowKey, voters, learners: lists of (node id, generation
 *            i32) (10,000), map epoch varint, nullable (separator rowKey, child i32),
 *            parent i32 or 0, nullable (survivor node id, from i32, generation i32, last index
 *            varint, millis varint, voters i32)
 * class      name text, scheme, quorum-all flag
 * scheme     k u8, m u8, cell bytes i32
 * tenant     id, alias text, display name text, key version i32, wrapped key
 * user       tenant id, id, name text
 * access key id text, tenant id, user id, sealed secret blob (4,096), operator flag
 * bucket     id i64, tenant id, name text, class text, versioning u8, state u8, mark index varint,
 *            versioning index varint, created varint, lock or none, list of setting (64),
 *            class index varint, recoding flag
 * lock       mode u8, days varint, years varint
 * setting    setting u8, index varint
 * ticket key node id, sealed key blob (4,096)
 * </pre>
 */
public final class RecordCodec {
    /** Replicas of a partition and nodes of a ticket key: as many as nodes of the largest plan. */
    public static final int MOST_NODES = 10_000;

    /** Bytes of a sealed secret or key. */
    private static final int MOST_SEALED_BYTES = 4 * 1024;

    /** There are a dozen; the rest is for later versions. */
    private static final int MOST_SETTINGS = 64;

    private static final int MOST_MEMBERS = Scheme.MOST_DATA + Scheme.MOST_PARITY;

    private RecordCodec() {}

    public static void node(FieldWriter out, NodeRecord node) {
        int roles = 0;
        for (NodeRecord.Role role : node.roles()) {
            roles |= 1 << role.ordinal();
        }
        out.id(node.id().id()).number(node.incarnation()).text(node.host());
        out.int32(node.dataPort()).int32(node.rpcPort());
        out.int32(node.consolePort()).int32(node.s3Port());
        out.text(node.rack()).u8(roles).text(node.publicKey()).choice(node.state());
        out.choice(node.standing());
        Build build = node.build();
        out.text(build.version()).int32(build.lowest()).int32(build.highest());
    }

    public static NodeRecord node(FieldReader in) {
        return new NodeRecord(
                nodeId(in),
                in.number(),
                in.text(),
                in.int32(),
                in.int32(),
                in.int32(),
                in.int32(),
                in.text(),
                roles(in.u8()),
                in.text(),
                in.choice(NodeRecord.State.values()),
                in.choice(NodeRecord.Standing.values()),
                new Build(in.text(), in.int32(), in.int32()));
    }

    private static Set<NodeRecord.Role> roles(int bits) {
        Set<NodeRecord.Role> roles = EnumSet.noneOf(NodeRecord.Role.class);
        int rest = bits;
        for (NodeRecord.Role role : NodeRecord.Role.values()) {
            if ((rest & (1 << role.ordinal())) != 0) {
                roles.add(role);
                rest &= ~(1 << role.ordinal());
            }
        }
        if (rest != 0) {
            throw FieldReader.unknown("role", rest);
        }
        return roles;
    }

    public static NodeId nodeId(FieldReader in) {
        return new NodeId(in.id());
    }

    public static void device(FieldWriter out, DeviceRecord device) {
        out.id(device.id().id()).id(device.node().id()).number(device.capacityBytes());
        out.number(device.freeBytes()).choice(device.state()).flag(device.leaving());
    }

    public static DeviceRecord device(FieldReader in) {
        return new DeviceRecord(
                deviceId(in),
                new NodeId(in.id()),
                in.number(),
                in.number(),
                in.choice(DeviceRecord.State.values()),
                in.flag(),
                "");
    }

    /** As {@link #device}, and where it lies: from its feature level on. */
    public static void placedDevice(FieldWriter out, DeviceRecord device) {
        device(out, device);
        out.text(device.path());
    }

    /** What {@link #placedDevice} wrote. */
    public static DeviceRecord placedDevice(FieldReader in) {
        return device(in).withPath(in.text());
    }

    public static DeviceId deviceId(FieldReader in) {
        return new DeviceId(in.id());
    }

    static void scheme(FieldWriter out, Scheme scheme) {
        out.u8(scheme.k()).u8(scheme.m()).int32(scheme.cellBytes());
    }

    static Scheme scheme(FieldReader in) {
        return new Scheme(in.u8(), in.u8(), in.int32());
    }

    static void members(FieldWriter out, List<DeviceId> members) {
        out.list(members, MOST_MEMBERS, (to, device) -> to.id(device.id()));
    }

    static List<DeviceId> members(FieldReader in) {
        return in.list(MOST_MEMBERS, RecordCodec::deviceId);
    }

    public static void placementGroup(FieldWriter out, PlacementGroup pg) {
        out.number(pg.id().value()).int32(pg.epoch()).text(pg.storageClass());
        scheme(out, pg.scheme());
        members(out, pg.members());
        out.choice(pg.state()).flag(pg.move() != null);
        if (pg.move() != null) {
            move(out, pg.move());
        }
    }

    static void move(FieldWriter out, PlacementGroup.Move move) {
        out.u8(move.chunk()).id(move.to().id());
    }

    static PlacementGroup.Move move(FieldReader in) {
        return new PlacementGroup.Move(in.u8(), deviceId(in));
    }

    public static PlacementGroup placementGroup(FieldReader in) {
        return new PlacementGroup(
                new PgId(in.number()),
                in.int32(),
                in.text(),
                scheme(in),
                members(in),
                in.choice(PlacementGroup.State.values()),
                in.flag() ? move(in) : null);
    }

    public static void partition(FieldWriter out, PartitionRecord partition) {
        out.int32(partition.id().value()).rowKey(partition.from()).rowKey(partition.to());
        out.list(partition.voters(), MOST_NODES, RecordCodec::replica);
        out.list(partition.learners(), MOST_NODES, RecordCodec::replica);
        out.number(partition.mapEpoch());
        out.nullable(
                partition.division(),
                (to, one) -> to.rowKey(one.separator()).int32(one.child().value()));
        GroupId parent = partition.parent();
        out.int32(parent == null ? 0 : parent.value());
        out.nullable(
                partition.recovery(),
                (to, one) ->
                        to.id(one.survivor().id())
                                .int32(one.from())
                                .int32(one.generation())
                                .number(one.lastIndex())
                                .number(one.millis())
                                .int32(one.voters()));
    }

    public static PartitionRecord partition(FieldReader in) {
        return new PartitionRecord(
                new GroupId(in.int32()),
                in.rowKey(),
                in.rowKey(),
                in.list(MOST_NODES, RecordCodec::replica),
                in.list(MOST_NODES, RecordCodec::replica),
                in.number(),
                in.nullable(
                        one ->
                                new PartitionRecord.Division(
                                        one.rowKey(), new GroupId(one.int32()))),
                parent(in.int32()),
                in.nullable(RecordCodec::recovery));
    }

    private static PartitionRecord.Recovery recovery(FieldReader in) {
        return new PartitionRecord.Recovery(
                nodeId(in), in.int32(), in.int32(), in.number(), in.number(), in.int32());
    }

    private static @Nullable GroupId parent(int value) {
        return value == 0 ? null : new GroupId(value);
    }

    static void replica(FieldWriter out, PartitionRecord.Replica replica) {
        out.id(replica.node().id()).int32(replica.generation());
    }

    static PartitionRecord.Replica replica(FieldReader in) {
        return new PartitionRecord.Replica(nodeId(in), in.int32());
    }

    public static void storageClass(FieldWriter out, StorageClass storageClass) {
        out.text(storageClass.name());
        scheme(out, storageClass.scheme());
        out.flag(storageClass.quorumAll());
    }

    public static StorageClass storageClass(FieldReader in) {
        return new StorageClass(in.text(), scheme(in), in.flag());
    }

    public static void tenant(FieldWriter out, TenantRecord tenant) {
        out.id(tenant.id().id()).text(tenant.alias()).text(tenant.displayName());
        out.int32(tenant.keyVersion()).wrapped(tenant.wrappedKey());
    }

    public static TenantRecord tenant(FieldReader in) {
        return new TenantRecord(in.tenant(), in.text(), in.text(), in.int32(), in.wrapped());
    }

    public static void user(FieldWriter out, UserRecord user) {
        out.id(user.tenant().id()).id(user.id()).text(user.name());
    }

    public static UserRecord user(FieldReader in) {
        return new UserRecord(in.tenant(), in.id(), in.text());
    }

    public static void accessKey(FieldWriter out, AccessKeyRecord key) {
        out.text(key.accessKeyId()).id(key.tenant().id()).id(key.user());
        out.blob("sealed secret", key.sealedSecret(), MOST_SEALED_BYTES).flag(key.operator());
    }

    public static AccessKeyRecord accessKey(FieldReader in) {
        return new AccessKeyRecord(
                in.text(), in.tenant(), in.id(), in.blob(MOST_SEALED_BYTES), in.flag());
    }

    /** In the order of the settings. */
    static void documents(FieldWriter out, Map<BucketSetting, Bytes> documents) {
        out.list(
                List.copyOf(new TreeMap<>(documents).entrySet()),
                MOST_SETTINGS,
                (to, one) ->
                        to.choice(one.getKey())
                                .blob("document", one.getValue(), BucketDocument.MOST_BYTES));
    }

    static Map<BucketSetting, Bytes> documents(FieldReader in) {
        return in
                .list(
                        MOST_SETTINGS,
                        one ->
                                Map.entry(
                                        one.choice(BucketSetting.values()),
                                        one.blob(BucketDocument.MOST_BYTES)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (_, b) -> b));
    }

    public static void bucket(FieldWriter out, BucketRecord bucket) {
        out.bucket(bucket.id()).id(bucket.tenant().id()).text(bucket.name());
        out.text(bucket.storageClass()).choice(bucket.versioning()).choice(bucket.state());
        out.number(bucket.markIndex()).number(bucket.versioningIndex());
        out.number(bucket.createdMillis()).nullable(bucket.lock(), FieldWriter::lock);
        out.list(
                List.copyOf(new TreeMap<>(bucket.settings()).entrySet()),
                MOST_SETTINGS,
                (o, setting) -> o.choice(setting.getKey()).number(setting.getValue()));
        out.number(bucket.classIndex()).flag(bucket.recoding());
    }

    private static Map<BucketSetting, Long> settings(FieldReader in) {
        return in
                .list(
                        MOST_SETTINGS,
                        each -> Map.entry(each.choice(BucketSetting.values()), each.number()))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    public static BucketRecord bucket(FieldReader in) {
        return new BucketRecord(
                in.bucket(),
                in.tenant(),
                in.text(),
                in.text(),
                in.choice(BucketRecord.Versioning.values()),
                in.choice(BucketRecord.State.values()),
                in.number(),
                in.number(),
                in.number(),
                in.nullable(FieldReader::lock),
                settings(in),
                in.number(),
                in.flag());
    }

    public static void sealedTicketKey(FieldWriter out, SealedTicketKey key) {
        out.id(key.node().id()).blob("sealed ticket key", key.sealedKey(), MOST_SEALED_BYTES);
    }

    public static SealedTicketKey sealedTicketKey(FieldReader in) {
        return new SealedTicketKey(nodeId(in), in.blob(MOST_SEALED_BYTES));
    }
}
