package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.metadata.command.LogCodec;
import io.lethe.node.metadata.command.RecordCodec;
import io.lethe.node.metadata.command.TenantCodec;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One table of the directory: how ids become keys and records become values (format u8 = 1 ‖ record
 * as in {@link RecordCodec}).
 *
 * <pre>
 * NODES, DEVICES    id 16                     PLACEMENT_GROUPS  pg i64
 * PARTITIONS        group i32                 STORAGE_CLASSES   name in UTF-8
 * TENANTS           id 16                     USERS             tenant id ‖ user id
 * USER_NAMES        tenant id ‖ name → user id
 * USER_KEYS         tenant id ‖ user id ‖ access key id → flag, always set
 * TENANT_NAMES      alias or account number → tenant id
 * ACCESS_KEYS       access key id in UTF-8    BUCKETS           bucket i64
 * BUCKET_NAMES      tenant id ‖ name → bucket i64
 * BUCKET_SETTINGS   bucket i64 ‖ setting u8 → index varint, document blob (524,288)
 * TICKET_KEYS       key id i32 → list of ticket key
 * HOLDERS           node id → incarnation varint, suspended flag
 * SETTINGS          name in UTF-8 → value text
 * SIGNERS           public key 32
 * </pre>
 *
 * <p>A device whose path is known has format u8 = 2 ‖ placed device; what the first forms of
 * tenants, users and access keys can't say has format u8 = 2 ‖ the form of {@link TenantCodec}.
 *
 * @param <I> ids
 * @param <R> records
 */
record Table<I, R>(
        Family family,
        Function<I, Bytes> key,
        BiConsumer<FieldWriter, R> write,
        Function<FieldReader, R> read,
        @Nullable Later<R> later) {
    /** The format of rows that need one of a later feature level. */
    private static final int LATER_FORMAT = 2;

    /**
     * A form of its rows from some feature level on, format u8 = 2. Only commands of that level
     * make records that need it, so below it no such row is written.
     *
     * @param needs whether the first form can't hold a record
     */
    record Later<R>(
            Predicate<R> needs, BiConsumer<FieldWriter, R> write, Function<FieldReader, R> read) {}

    /** One form at all levels. */
    Table(
            Family family,
            Function<I, Bytes> key,
            BiConsumer<FieldWriter, R> write,
            Function<FieldReader, R> read) {
        this(family, key, write, read, null);
    }

    static final Table<NodeId, NodeRecord> NODES =
            new Table<>(Family.NODES, id -> of(id.id()), RecordCodec::node, RecordCodec::node);
    static final Table<DeviceId, DeviceRecord> DEVICES =
            new Table<>(
                    Family.DEVICES,
                    id -> of(id.id()),
                    RecordCodec::device,
                    RecordCodec::device,
                    new Later<>(
                            device -> !device.path().isEmpty(),
                            RecordCodec::placedDevice,
                            RecordCodec::placedDevice));
    static final Table<PgId, PlacementGroup> PLACEMENT_GROUPS =
            new Table<>(
                    Family.PLACEMENT_GROUPS,
                    id -> new Encoder(16).i64(id.value()).toBytes(),
                    RecordCodec::placementGroup,
                    RecordCodec::placementGroup);
    static final Table<GroupId, PartitionRecord> PARTITIONS =
            new Table<>(
                    Family.PARTITIONS,
                    id -> new Encoder(16).i32(id.value()).toBytes(),
                    RecordCodec::partition,
                    RecordCodec::partition);
    static final Table<String, StorageClass> STORAGE_CLASSES =
            new Table<>(
                    Family.STORAGE_CLASSES,
                    Bytes::utf8,
                    RecordCodec::storageClass,
                    RecordCodec::storageClass);
    static final Table<TenantId, TenantRecord> TENANTS =
            new Table<>(
                    Family.TENANTS,
                    id -> of(id.id()),
                    RecordCodec::tenant,
                    RecordCodec::tenant,
                    new Later<>(TenantCodec::isLater, TenantCodec::tenant, TenantCodec::tenant));
    static final Table<String, TenantId> TENANT_NAMES =
            new Table<>(
                    Family.TENANT_NAMES,
                    Bytes::utf8,
                    (out, tenant) -> out.id(tenant.id()),
                    in -> new TenantId(in.id()));
    static final Table<UserKey, UserRecord> USERS =
            new Table<>(
                    Family.USERS,
                    id -> of(id.tenant().id()).plus(of(id.user())),
                    RecordCodec::user,
                    RecordCodec::user,
                    new Later<>(TenantCodec::isLater, TenantCodec::user, TenantCodec::user));
    static final Table<UserName, Id128> USER_NAMES =
            new Table<>(
                    Family.USER_NAMES,
                    id -> of(id.tenant().id()).plus(Bytes.utf8(id.name())),
                    FieldWriter::id,
                    FieldReader::id);
    static final Table<String, AccessKeyRecord> ACCESS_KEYS =
            new Table<>(
                    Family.ACCESS_KEYS,
                    Bytes::utf8,
                    RecordCodec::accessKey,
                    RecordCodec::accessKey,
                    new Later<>(
                            TenantCodec::isLater, TenantCodec::accessKey, TenantCodec::accessKey));
    static final Table<UserAccessKey, Boolean> USER_KEYS =
            new Table<>(
                    Family.USER_KEYS,
                    id ->
                            of(id.user().tenant().id())
                                    .plus(of(id.user().user()))
                                    .plus(Bytes.utf8(id.accessKeyId())),
                    FieldWriter::flag,
                    FieldReader::flag);
    static final Table<BucketId, BucketRecord> BUCKETS =
            new Table<>(
                    Family.BUCKETS,
                    id -> new Encoder(16).i64(id.value()).toBytes(),
                    RecordCodec::bucket,
                    RecordCodec::bucket);
    static final Table<BucketName, BucketId> BUCKET_NAMES =
            new Table<>(
                    Family.BUCKET_NAMES,
                    id -> of(id.tenant().id()).plus(Bytes.utf8(id.name())),
                    FieldWriter::bucket,
                    FieldReader::bucket);
    static final Table<SettingKey, BucketDocument> BUCKET_SETTINGS =
            new Table<>(
                    Family.BUCKET_SETTINGS,
                    id ->
                            new Encoder(16)
                                    .i64(id.bucket().value())
                                    .u8(id.setting().ordinal())
                                    .toBytes(),
                    (out, document) ->
                            out.number(document.index())
                                    .blob("document", document.bytes(), BucketDocument.MOST_BYTES),
                    in -> new BucketDocument(in.number(), in.blob(BucketDocument.MOST_BYTES)));
    static final Table<Integer, List<SealedTicketKey>> TICKET_KEYS =
            new Table<>(
                    Family.TICKET_KEYS,
                    id -> new Encoder(16).i32(id).toBytes(),
                    (out, keys) ->
                            out.list(keys, RecordCodec.MOST_NODES, RecordCodec::sealedTicketKey),
                    in -> in.list(RecordCodec.MOST_NODES, RecordCodec::sealedTicketKey));
    static final Table<NodeId, Holder> HOLDERS =
            new Table<>(
                    Family.HOLDERS,
                    id -> of(id.id()),
                    (out, holder) -> out.number(holder.incarnation()).flag(holder.suspended()),
                    in -> new Holder(in.number(), in.flag()));
    static final Table<String, String> SETTINGS =
            new Table<>(Family.SETTINGS, Bytes::utf8, FieldWriter::text, FieldReader::text);

    static final Table<Bytes, SignerRecord> SIGNERS =
            new Table<>(Family.SIGNERS, key -> key, LogCodec::signer, LogCodec::signer);

    /** A document's place. */
    record SettingKey(BucketId bucket, BucketSetting setting) {}

    /** A user's place. */
    record UserKey(TenantId tenant, Id128 user) {}

    /** A user's place among its tenant's names. */
    record UserName(TenantId tenant, String name) {}

    /** An access key's place among its user's. */
    record UserAccessKey(UserKey user, String accessKeyId) {}

    /** A bucket's place among its tenant's names. */
    record BucketName(TenantId tenant, String name) {}

    static Bytes of(Id128 id) {
        Encoder out = new Encoder(16);
        id.encode(out);
        return out.toBytes();
    }

    @Nullable R get(Rows rows, I id) {
        Bytes value = rows.get(family, key.apply(id));
        return value == null ? null : read(value);
    }

    /** The record of a row. */
    R read(Bytes value) {
        if (later != null && value.length() > 0 && value.at(0) == LATER_FORMAT) {
            return FieldReader.whole(
                    value,
                    in -> {
                        in.format(LATER_FORMAT);
                        return later.read().apply(in);
                    });
        }
        return RowValues.read(value, read);
    }

    Change put(I id, R row) {
        FieldWriter out;
        if (later != null && later.needs().test(row)) {
            out = new FieldWriter().u8(LATER_FORMAT);
            later.write().accept(out, row);
        } else {
            out = RowValues.begin();
            write.accept(out, row);
        }
        return new Change.Put(family, key.apply(id), out.toBytes());
    }

    Change delete(I id) {
        return new Change.Delete(family, key.apply(id));
    }

    /** One row of a scan. */
    record Row<R>(Bytes key, R record) {}

    /** All rows, in the order of their keys: for tables that a node holds as a whole. */
    List<Row<R>> all(Rows rows) {
        List<Row<R>> all = new ArrayList<>();
        rows.scan(
                family,
                Bytes.EMPTY,
                Bytes.EMPTY,
                (at, value) -> {
                    all.add(new Row<>(at, read(value)));
                    return Step.NEXT;
                });
        return all;
    }

    /** What follows a prefix in keys that have it, as text, in their order. */
    List<String> idsUnder(Rows rows, Bytes prefix) {
        List<String> ids = new ArrayList<>();
        rows.scan(
                family,
                prefix,
                prefix.prefixEnd(),
                (at, _) -> {
                    ids.add(at.slice(prefix.length(), at.length()).utf8());
                    return Step.NEXT;
                });
        return ids;
    }

    List<R> records(Rows rows) {
        return all(rows).stream().map(Row::record).toList();
    }
}
