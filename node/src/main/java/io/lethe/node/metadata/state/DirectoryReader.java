package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.TreeHash;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.RecordCodec;
import io.lethe.node.metadata.state.Rows.Step;
import io.lethe.node.metadata.state.Table.BucketName;
import io.lethe.node.metadata.state.Table.SettingKey;
import io.lethe.node.metadata.state.Table.UserKey;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the directory from its rows; as consistent and as safe for threads as they are. Lists are
 * read as a whole at each call: whoever asks often keeps them, and asks again when {@link #index}
 * has grown. {@link #partitions} leaves the directory's own group out, which {@link #partition}
 * tells where it was recorded.
 */
public final class DirectoryReader implements Directory {
    private final Rows rows;

    public DirectoryReader(Rows rows) {
        this.rows = rows;
    }

    /** The index of the newest command; 0 before the first. */
    @Override
    public long index() {
        DirectoryHead head = DirectoryHead.read(rows);
        return head == null ? 0 : head.index;
    }

    @Override
    public int featureLevel() {
        return LevelRow.read(rows);
    }

    @Override
    public Optional<Cluster> cluster() {
        return Optional.ofNullable(DirectoryHead.read(rows))
                .map(head -> new Cluster(head.cluster, head.name, head.failureDomain));
    }

    /** The highest controller epoch that came with a command. */
    public long controllerEpoch() {
        DirectoryHead head = DirectoryHead.read(rows);
        return head == null ? 0 : head.controllerEpoch;
    }

    private <I, R> Optional<R> find(Table<I, R> table, I id) {
        return Optional.ofNullable(table.get(rows, id));
    }

    @Override
    public Optional<NodeRecord> node(NodeId id) {
        return find(Table.NODES, id);
    }

    @Override
    public List<NodeRecord> nodes() {
        return Table.NODES.records(rows);
    }

    @Override
    public Optional<DeviceRecord> device(DeviceId id) {
        return find(Table.DEVICES, id);
    }

    @Override
    public List<DeviceRecord> devices() {
        return Table.DEVICES.records(rows);
    }

    @Override
    public Optional<PlacementGroup> placementGroup(PgId id) {
        return find(Table.PLACEMENT_GROUPS, id);
    }

    @Override
    public List<PlacementGroup> placementGroups() {
        return Table.PLACEMENT_GROUPS.records(rows);
    }

    @Override
    public List<PlacementGroup> placementGroupsOf(DeviceId device) {
        return placementGroups().stream().filter(pg -> pg.chunkOf(device) >= 0).toList();
    }

    @Override
    public List<PlacementGroup> openPlacementGroups(String storageClass) {
        return placementGroups().stream()
                .filter(
                        pg ->
                                pg.state() == PlacementGroup.State.OPEN
                                        && pg.storageClass().equals(storageClass))
                .toList();
    }

    @Override
    public List<PartitionRecord> partitions() {
        return Table.PARTITIONS.records(rows).stream()
                .filter(one -> !one.id().isDirectory())
                .toList();
    }

    @Override
    public Optional<PartitionRecord> partition(GroupId id) {
        return find(Table.PARTITIONS, id);
    }

    @Override
    public List<Merge> merges() {
        return Merges.underWay(rows);
    }

    @Override
    public Optional<Merge.Done> merged(GroupId giver) {
        return Optional.ofNullable(Merges.over(rows, giver));
    }

    @Override
    public List<Merge.Done> mergesOver() {
        return Merges.over(rows);
    }

    @Override
    public Optional<PartitionRecord> partitionOf(Bytes rowKey) {
        return partitions().stream().filter(one -> one.covers(rowKey)).findFirst();
    }

    @Override
    public Optional<StorageClass> storageClass(String name) {
        return find(Table.STORAGE_CLASSES, name);
    }

    @Override
    public List<StorageClass> storageClasses() {
        return Table.STORAGE_CLASSES.records(rows);
    }

    @Override
    public Optional<TenantRecord> tenant(TenantId id) {
        return find(Table.TENANTS, id);
    }

    @Override
    public Optional<TenantId> tenantNamed(String name) {
        return find(Table.TENANT_NAMES, name);
    }

    @Override
    public Optional<UserRecord> user(TenantId tenant, Id128 user) {
        return find(Table.USERS, new UserKey(tenant, user));
    }

    @Override
    public List<TenantRecord> tenants(@Nullable TenantId after, int limit) {
        List<TenantRecord> found = new ArrayList<>();
        rows.scan(
                Family.TENANTS,
                after == null ? Bytes.EMPTY : RowKeys.after(Table.of(after.id())),
                Bytes.EMPTY,
                (_, value) -> {
                    found.add(Table.TENANTS.read(value));
                    return found.size() < limit ? Step.NEXT : Step.STOP;
                });
        return found;
    }

    @Override
    public Optional<Id128> userNamed(TenantId tenant, String name) {
        return Identities.named(rows, tenant, name);
    }

    @Override
    public List<UserRecord> users(TenantId tenant, String afterName, int limit) {
        Bytes start = Table.of(tenant.id());
        List<Id128> ids = new ArrayList<>();
        rows.scan(
                Family.USER_NAMES,
                afterName.isEmpty() ? start : RowKeys.after(start.plus(Bytes.utf8(afterName))),
                start.prefixEnd(),
                (_, value) -> {
                    ids.add(RowValues.read(value, FieldReader::id));
                    return ids.size() < limit ? Step.NEXT : Step.STOP;
                });
        return ids.stream().flatMap(id -> user(tenant, id).stream()).toList();
    }

    @Override
    public List<AccessKeyRecord> accessKeys(TenantId tenant, Id128 user) {
        return Identities.accessKeyIds(rows, new UserKey(tenant, user)).stream()
                .flatMap(id -> accessKey(id).stream())
                .toList();
    }

    @Override
    public Frontier log() {
        return LogRows.frontier(rows);
    }

    @Override
    public List<Bytes> logLeaves(long from, int limit) {
        return LogRows.leaves(rows, from, limit);
    }

    @Override
    public Optional<TreeHash> logHash(int level, long index) {
        return LogRows.hash(rows, level, index);
    }

    @Override
    public Optional<Bytes> logCheckpoint() {
        return LogRows.checkpoint(rows);
    }

    @Override
    public List<SignerRecord> signers() {
        return Table.SIGNERS.records(rows);
    }

    @Override
    public Optional<AccessKeyRecord> accessKey(String accessKeyId) {
        return find(Table.ACCESS_KEYS, accessKeyId);
    }

    @Override
    public Optional<BucketRecord> bucket(TenantId tenant, String name) {
        return find(Table.BUCKET_NAMES, new BucketName(tenant, name)).flatMap(this::bucket);
    }

    @Override
    public Optional<BucketRecord> bucket(BucketId id) {
        return find(Table.BUCKETS, id);
    }

    @Override
    public Optional<BucketDocument> bucketDocument(BucketId bucket, BucketSetting setting) {
        return find(Table.BUCKET_SETTINGS, new SettingKey(bucket, setting))
                .filter(document -> !document.bytes().isEmpty());
    }

    @Override
    public List<BucketRecord> buckets(TenantId tenant, String afterName, int limit) {
        Bytes start = Table.of(tenant.id());
        Bytes from = RowKeys.after(start.plus(Bytes.utf8(afterName)));
        List<BucketId> ids = new ArrayList<>();
        if (limit > 0) {
            rows.scan(
                    Family.BUCKET_NAMES,
                    afterName.isEmpty() ? start : from,
                    start.prefixEnd(),
                    (_, value) -> {
                        ids.add(RowValues.read(value, FieldReader::bucket));
                        return ids.size() < limit ? Step.NEXT : Step.STOP;
                    });
        }
        return ids.stream().flatMap(id -> bucket(id).stream()).toList();
    }

    @Override
    public List<BucketRecord> buckets(@Nullable BucketId after, int limit) {
        List<BucketRecord> found = new ArrayList<>();
        if (limit > 0) {
            rows.scan(
                    Family.BUCKETS,
                    after == null ? Bytes.EMPTY : RowKeys.after(Table.BUCKETS.key().apply(after)),
                    Bytes.EMPTY,
                    (_, value) -> {
                        found.add(RowValues.read(value, RecordCodec::bucket));
                        return found.size() < limit ? Step.NEXT : Step.STOP;
                    });
        }
        return List.copyOf(found);
    }

    @Override
    public Map<Integer, SealedTicketKey> ticketKeys(NodeId node) {
        Map<Integer, SealedTicketKey> keys = new HashMap<>();
        for (Table.Row<List<SealedTicketKey>> row : Table.TICKET_KEYS.all(rows)) {
            for (SealedTicketKey one : row.record()) {
                if (one.node().equals(node)) {
                    keys.put(Accounts.idOf(row.key()), one);
                }
            }
        }
        return Map.copyOf(keys);
    }

    @Override
    public Map<NodeId, Holder> holders() {
        Map<NodeId, Holder> holders = new HashMap<>();
        for (Table.Row<Holder> row : Table.HOLDERS.all(rows)) {
            NodeId node = FieldReader.whole(row.key(), RecordCodec::nodeId);
            holders.put(node, row.record());
        }
        return Map.copyOf(holders);
    }

    @Override
    public Optional<String> setting(String name) {
        return find(Table.SETTINGS, name);
    }
}
