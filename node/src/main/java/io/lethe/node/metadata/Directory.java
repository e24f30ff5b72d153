package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.TreeHash;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.state.Holder;
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
import io.lethe.node.model.PartitionRecord.Replica;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This node's own copy of the directory: reads never leave the node and never block for long. What
 * it says may be old by as much as replication lags; whoever acts on it passes {@link #index} as
 * {@code checkedAt}, and asks again after {@link Metadata#catchUpDirectory} before saying that
 * something does not exist. Safe for any thread.
 */
public interface Directory {
    /**
     * The directory log index that this copy has applied; what is read after is at least as new.
     */
    long index();

    /**
     * The feature level in force, as far as this copy knows: nothing of a higher one is sent or
     * written. See {@link io.lethe.node.model.FeatureLevels}.
     */
    int featureLevel();

    /** The cluster's name, id and failure domain; empty before InitCluster. */
    Optional<Cluster> cluster();

    /** What InitCluster said. */
    record Cluster(Id128 id, String name, String failureDomain) {}

    Optional<NodeRecord> node(NodeId id);

    List<NodeRecord> nodes();

    Optional<DeviceRecord> device(DeviceId id);

    List<DeviceRecord> devices();

    /** Whether a device is known, and what it has can be read. */
    default boolean readable(DeviceId id) {
        return device(id).map(DeviceRecord::readable).orElse(false);
    }

    Optional<PlacementGroup> placementGroup(PgId id);

    List<PlacementGroup> placementGroups();

    /** Groups of which a device is a member or becomes one, in the order of their ids. */
    List<PlacementGroup> placementGroupsOf(DeviceId device);

    /** Open groups of a class, of its own width and narrower ones. */
    List<PlacementGroup> openPlacementGroups(String storageClass);

    List<PartitionRecord> partitions();

    Optional<PartitionRecord> partition(GroupId id);

    /** A partition's voters as Raft names them; empty while a node of them is not known. */
    default Optional<List<RaftPeer>> peers(PartitionRecord record) {
        List<RaftPeer> peers = new ArrayList<>();
        for (Replica replica : record.voters()) {
            Optional<NodeRecord> node = node(replica.node());
            if (node.isEmpty()) {
                return Optional.empty();
            }
            peers.add(RaftPeer.of(node.get(), replica.generation()));
        }
        return Optional.of(peers);
    }

    /** Merges of partitions that are under way. */
    List<Merge> merges();

    /** How a partition that is no more was merged. */
    Optional<Merge.Done> merged(GroupId giver);

    /** Who has what a partition had: itself, unless it was merged into another. */
    default GroupId heirOf(GroupId partition) {
        GroupId at = partition;
        for (Optional<Merge.Done> over = merged(at); over.isPresent(); over = merged(at)) {
            at = over.get().heir();
        }
        return at;
    }

    /** All merges that are over, in no order. */
    List<Merge.Done> mergesOver();

    /** What a partition has got from others, in no order. */
    default List<Merge.Done> mergedInto(GroupId heir) {
        return mergesOver().stream().filter(one -> one.heir().equals(heir)).toList();
    }

    /** The partition whose range covers a row key. */
    Optional<PartitionRecord> partitionOf(Bytes rowKey);

    Optional<StorageClass> storageClass(String name);

    List<StorageClass> storageClasses();

    Optional<TenantRecord> tenant(TenantId id);

    /** By alias or account number. */
    Optional<TenantId> tenantNamed(String name);

    Optional<UserRecord> user(TenantId tenant, Id128 user);

    /** Up to {@code limit} tenants by id, after one (null: from the first). */
    List<TenantRecord> tenants(@Nullable TenantId after, int limit);

    /** The id of a tenant's user. */
    Optional<Id128> userNamed(TenantId tenant, String name);

    /** Up to {@code limit} of a tenant's users by name, after a name (empty: from the first). */
    List<UserRecord> users(TenantId tenant, String afterName, int limit);

    /** How many leaves the transparency log has, and all that is needed to tell its root. */
    Frontier log();

    /** Up to {@code limit} of the log's leaves, from a number on. */
    List<Bytes> logLeaves(long from, int limit);

    /**
     * The hash of a subtree of 256^level leaves; empty while it is not complete.
     *
     * @param level 0: of a leaf
     */
    Optional<TreeHash> logHash(int level, long index);

    /** The log's newest checkpoint, as a signed note. */
    Optional<Bytes> logCheckpoint();

    /** Keys by which the cluster signs, or did. */
    List<SignerRecord> signers();

    Optional<AccessKeyRecord> accessKey(String accessKeyId);

    /** A user's, in the order of their ids. */
    List<AccessKeyRecord> accessKeys(TenantId tenant, Id128 user);

    Optional<BucketRecord> bucket(TenantId tenant, String name);

    Optional<BucketRecord> bucket(BucketId id);

    /**
     * A bucket's document, read from the table: whoever needs it for each request keeps what it
     * made of it, by {@link BucketRecord#settings}' index.
     */
    Optional<BucketDocument> bucketDocument(BucketId bucket, BucketSetting setting);

    /** Up to {@code limit} of a tenant's buckets by name, after a name (empty: from the first). */
    List<BucketRecord> buckets(TenantId tenant, String afterName, int limit);

    /** Up to {@code limit} buckets of all tenants by id, after one (null: from the first). */
    List<BucketRecord> buckets(@Nullable BucketId after, int limit);

    /** Valid ticket keys by key id, as sealed to one node. */
    Map<Integer, SealedTicketKey> ticketKeys(NodeId node);

    /** Incarnations that may hold a lease. */
    Map<NodeId, Holder> holders();

    Optional<String> setting(String name);
}
