package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.metrics.Counter;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.TreeHash;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.state.DirectoryRow;
import io.lethe.node.metadata.state.DirectoryRow.BucketName;
import io.lethe.node.metadata.state.DirectoryRow.UserName;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.Holder;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.metadata.table.Position;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The directory as this node's replica holds it. The cluster map (nodes, devices, placement groups,
 * partitions, classes) and the small tables are held in memory as a whole, tenants, access keys and
 * buckets as far as they were asked for last; the apply thread keeps both right. Only what is in
 * neither goes to the table.
 *
 * <p>Hears of changes before the log counts an entry as applied, so after a read index everything
 * acknowledged before is visible here. Safe for any thread.
 */
public final class LocalDirectory implements Directory, GroupState.Listener {
    /** Of each kind: about 300 bytes per record, so some 30 MiB for all six when full. */
    static final int MOST_CACHED = 16_384;

    /** A read of the table takes microseconds; this long only on a disk that is failing. */
    private static final long MOST_READ_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final GroupTable table;
    private final TableCalls calls;
    private final Tasks tasks;

    private final HotTable<NodeId, NodeRecord> nodes =
            new HotTable<>(
                    Family.NODES,
                    DirectoryRow::node,
                    NodeRecord::id,
                    Comparator.comparing(NodeRecord::id));
    private final HotTable<DeviceId, DeviceRecord> devices =
            new HotTable<>(
                    Family.DEVICES,
                    DirectoryRow::device,
                    DeviceRecord::id,
                    Comparator.comparing(DeviceRecord::id));
    private final HotTable<PgId, PlacementGroup> groups =
            new HotTable<>(
                    Family.PLACEMENT_GROUPS,
                    DirectoryRow::placementGroup,
                    PlacementGroup::id,
                    Comparator.comparingLong(group -> group.id().value()));
    private final HotTable<GroupId, PartitionRecord> partitions =
            new HotTable<>(
                    Family.PARTITIONS,
                    DirectoryRow::partition,
                    PartitionRecord::id,
                    Comparator.comparing(PartitionRecord::id));
    private final HotTable<String, StorageClass> classes =
            new HotTable<>(
                    Family.STORAGE_CLASSES,
                    DirectoryRow::storageClass,
                    StorageClass::name,
                    Comparator.comparing(StorageClass::name));
    private final HotTable<PgId, PlacementGroup>.View<Map<String, List<PlacementGroup>>> open =
            groups.new View<>(LocalDirectory::openByClass);
    private final HotTable<PgId, PlacementGroup>.View<Map<DeviceId, List<PlacementGroup>>>
            byDevice = groups.new View<>(LocalDirectory::byDevice);
    private final HotTable<GroupId, PartitionRecord>.View<List<PartitionRecord>> metadata =
            partitions.new View<>(LocalDirectory::withoutDirectory);
    private final HotTable<GroupId, PartitionRecord>.View<NavigableMap<Bytes, PartitionRecord>>
            ranges = partitions.new View<>(LocalDirectory::byStart);

    private final SmallRows small = new SmallRows();
    private final DirectoryReader smallTables = new DirectoryReader(small);
    private final RecordCache<TenantId, TenantRecord> tenants = new RecordCache<>(MOST_CACHED);
    private final RecordCache<String, TenantId> tenantNames = new RecordCache<>(MOST_CACHED);
    private final RecordCache<UserName, UserRecord> users = new RecordCache<>(MOST_CACHED);
    private final RecordCache<String, AccessKeyRecord> keys = new RecordCache<>(MOST_CACHED);
    private final RecordCache<BucketId, BucketRecord> buckets = new RecordCache<>(MOST_CACHED);
    private final RecordCache<BucketName, BucketId> names = new RecordCache<>(MOST_CACHED);
    private volatile long index;

    /** Reads what the table holds; from then on it must hear of every change. */
    public LocalDirectory(GroupTable table, TableCalls calls, Tasks tasks, Metrics metrics) {
        this.table = table;
        this.calls = calls;
        this.tasks = tasks;
        Counter misses =
                metrics.counter(
                        "lethe_directory_cache_misses",
                        "Look-ups in the directory that went to its table.",
                        "records");
        misses.watch(tenants::misses, "tenants");
        misses.watch(tenantNames::misses, "tenant names");
        misses.watch(users::misses, "users");
        misses.watch(keys::misses, "access keys");
        misses.watch(buckets::misses, "buckets");
        misses.watch(names::misses, "bucket names");
        metrics.gauge("lethe_directory_index", "Directory log index applied here.")
                .watch(() -> index);
        replaced(table.applied());
    }

    private static Map<String, List<PlacementGroup>> openByClass(List<PlacementGroup> all) {
        return all.stream()
                .filter(group -> group.state() == PlacementGroup.State.OPEN)
                .collect(
                        Collectors.groupingBy(
                                PlacementGroup::storageClass, Collectors.toUnmodifiableList()));
    }

    private static Map<DeviceId, List<PlacementGroup>> byDevice(List<PlacementGroup> all) {
        Map<DeviceId, List<PlacementGroup>> byDevice = new HashMap<>();
        for (PlacementGroup pg : all) {
            Set<DeviceId> devices = new LinkedHashSet<>(pg.members());
            devices.addAll(pg.writers());
            devices.forEach(one -> byDevice.computeIfAbsent(one, _ -> new ArrayList<>()).add(pg));
        }
        byDevice.replaceAll((_, list) -> List.copyOf(list));
        return byDevice;
    }

    private static List<PartitionRecord> withoutDirectory(List<PartitionRecord> all) {
        return all.stream().filter(one -> !one.id().isDirectory()).toList();
    }

    private static NavigableMap<Bytes, PartitionRecord> byStart(List<PartitionRecord> all) {
        NavigableMap<Bytes, PartitionRecord> starts = new TreeMap<>();
        withoutDirectory(all).forEach(one -> starts.put(one.from(), one));
        return starts;
    }

    @Override
    public void applied(Position position, List<Change> changes) {
        for (Change change : changes) {
            switch (change) {
                case Change.Put put -> put(put.family(), put.key(), put.value());
                case Change.Delete delete -> deleted(delete.family(), delete.key());
                case Change.WriteSlot _, Change.DestroySlot _ -> {}
            }
        }
        index = position.index();
    }

    private void put(Family family, Bytes key, Bytes value) {
        switch (family) {
            case NODES -> nodes.put(value);
            case DEVICES -> devices.put(value);
            case PLACEMENT_GROUPS -> groups.put(value);
            case PARTITIONS -> partitions.put(value);
            case STORAGE_CLASSES -> classes.put(value);
            case META, TICKET_KEYS, HOLDERS, SETTINGS -> small.put(family, key, value);
            default -> forget(family, key);
        }
    }

    private void deleted(Family family, Bytes key) {
        switch (family) {
            case NODES -> reload(nodes);
            case DEVICES -> reload(devices);
            case PLACEMENT_GROUPS -> reload(groups);
            case PARTITIONS -> reload(partitions);
            case STORAGE_CLASSES -> reload(classes);
            case META, TICKET_KEYS, HOLDERS, SETTINGS -> small.remove(family, key);
            default -> forget(family, key);
        }
    }

    private void forget(Family family, Bytes key) {
        switch (family) {
            case TENANTS -> tenants.forget(DirectoryRow.tenantId(key));
            case TENANT_NAMES -> tenantNames.forget(DirectoryRow.tenantName(key));
            case USERS -> users.forget(DirectoryRow.userName(key));
            case ACCESS_KEYS -> keys.forget(DirectoryRow.accessKeyId(key));
            case BUCKETS -> buckets.forget(DirectoryRow.bucketId(key));
            case BUCKET_NAMES -> names.forget(DirectoryRow.bucketName(key));
            default -> {}
        }
    }

    /** Rare: records of the map are changed, hardly ever removed. */
    private void reload(HotTable<?, ?> hot) {
        boolean _ =
                table.read(
                        view -> {
                            hot.reload(view.rows());
                            return true;
                        });
    }

    @Override
    public void replaced(Position position) {
        boolean _ =
                table.read(
                        view -> {
                            Rows rows = view.rows();
                            List.of(nodes, devices, groups, partitions, classes)
                                    .forEach(hot -> hot.reload(rows));
                            small.reload(rows);
                            return true;
                        });
        tenants.clear();
        tenantNames.clear();
        users.clear();
        keys.clear();
        buckets.clear();
        names.clear();
        index = position.index();
    }

    private <T> T ask(Function<Directory, T> question) {
        try {
            return calls.submit(
                            () ->
                                    table.read(
                                            view ->
                                                    question.apply(
                                                            new DirectoryReader(view.rows()))))
                    .await(tasks.clock().nanos() + MOST_READ_NANOS);
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "this node's directory does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "interrupted while the directory was read", e);
        }
    }

    @Override
    public long index() {
        return index;
    }

    @Override
    public int featureLevel() {
        return smallTables.featureLevel();
    }

    @Override
    public Optional<Cluster> cluster() {
        return smallTables.cluster();
    }

    @Override
    public Optional<NodeRecord> node(NodeId id) {
        return nodes.get(id);
    }

    @Override
    public List<NodeRecord> nodes() {
        return nodes.all();
    }

    @Override
    public Optional<DeviceRecord> device(DeviceId id) {
        return devices.get(id);
    }

    @Override
    public List<DeviceRecord> devices() {
        return devices.all();
    }

    @Override
    public Optional<PlacementGroup> placementGroup(PgId id) {
        return groups.get(id);
    }

    @Override
    public List<PlacementGroup> placementGroups() {
        return groups.all();
    }

    @Override
    public List<PlacementGroup> placementGroupsOf(DeviceId device) {
        return byDevice.get().getOrDefault(device, List.of());
    }

    @Override
    public List<PlacementGroup> openPlacementGroups(String storageClass) {
        return open.get().getOrDefault(storageClass, List.of());
    }

    @Override
    public List<PartitionRecord> partitions() {
        return metadata.get();
    }

    @Override
    public Optional<PartitionRecord> partition(GroupId id) {
        return partitions.get(id);
    }

    @Override
    public List<Merge> merges() {
        return smallTables.merges();
    }

    @Override
    public Optional<Merge.Done> merged(GroupId giver) {
        return smallTables.merged(giver);
    }

    @Override
    public List<Merge.Done> mergesOver() {
        return smallTables.mergesOver();
    }

    @Override
    public Optional<PartitionRecord> partitionOf(Bytes rowKey) {
        Map.Entry<Bytes, PartitionRecord> below = ranges.get().floorEntry(rowKey);
        return Optional.ofNullable(below).map(Map.Entry::getValue).filter(it -> it.covers(rowKey));
    }

    @Override
    public Optional<StorageClass> storageClass(String name) {
        return classes.get(name);
    }

    @Override
    public List<StorageClass> storageClasses() {
        return classes.all();
    }

    @Override
    public Optional<TenantRecord> tenant(TenantId id) {
        return tenants.get(id, () -> ask(directory -> directory.tenant(id)));
    }

    @Override
    public Optional<TenantId> tenantNamed(String name) {
        return tenantNames.get(name, () -> ask(directory -> directory.tenantNamed(name)));
    }

    @Override
    public Optional<UserRecord> user(TenantId tenant, Id128 user) {
        return users.get(
                new UserName(tenant, user), () -> ask(directory -> directory.user(tenant, user)));
    }

    @Override
    public List<TenantRecord> tenants(@Nullable TenantId after, int limit) {
        return ask(directory -> directory.tenants(after, limit));
    }

    @Override
    public Optional<Id128> userNamed(TenantId tenant, String name) {
        return ask(directory -> directory.userNamed(tenant, name));
    }

    @Override
    public List<UserRecord> users(TenantId tenant, String afterName, int limit) {
        return ask(directory -> directory.users(tenant, afterName, limit));
    }

    @Override
    public List<AccessKeyRecord> accessKeys(TenantId tenant, Id128 user) {
        return ask(directory -> directory.accessKeys(tenant, user));
    }

    @Override
    public Frontier log() {
        return ask(Directory::log);
    }

    @Override
    public List<Bytes> logLeaves(long from, int limit) {
        return ask(directory -> directory.logLeaves(from, limit));
    }

    @Override
    public Optional<TreeHash> logHash(int level, long index) {
        return ask(directory -> directory.logHash(level, index));
    }

    @Override
    public Optional<Bytes> logCheckpoint() {
        return ask(Directory::logCheckpoint);
    }

    @Override
    public List<SignerRecord> signers() {
        return ask(Directory::signers);
    }

    @Override
    public Optional<AccessKeyRecord> accessKey(String accessKeyId) {
        return keys.get(accessKeyId, () -> ask(directory -> directory.accessKey(accessKeyId)));
    }

    @Override
    public Optional<BucketRecord> bucket(TenantId tenant, String name) {
        BucketName wanted = new BucketName(tenant, name);
        Optional<BucketId> id =
                names.get(
                        wanted,
                        () ->
                                ask(directory -> directory.bucket(tenant, name))
                                        .map(BucketRecord::id));
        return id.flatMap(this::bucket);
    }

    @Override
    public Optional<BucketRecord> bucket(BucketId id) {
        return buckets.get(id, () -> ask(directory -> directory.bucket(id)));
    }

    @Override
    public Optional<BucketDocument> bucketDocument(BucketId bucket, BucketSetting setting) {
        return ask(directory -> directory.bucketDocument(bucket, setting));
    }

    @Override
    public List<BucketRecord> buckets(TenantId tenant, String afterName, int limit) {
        return ask(directory -> directory.buckets(tenant, afterName, limit));
    }

    @Override
    public List<BucketRecord> buckets(@Nullable BucketId after, int limit) {
        return ask(directory -> directory.buckets(after, limit));
    }

    @Override
    public Map<Integer, SealedTicketKey> ticketKeys(NodeId node) {
        return smallTables.ticketKeys(node);
    }

    @Override
    public Map<NodeId, Holder> holders() {
        return smallTables.holders();
    }

    @Override
    public Optional<String> setting(String name) {
        return smallTables.setting(name);
    }
}
