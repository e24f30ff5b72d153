package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.ServiceClass;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change to the directory. Those marked <i>controller</i> are refused with STALE_EPOCH below the
 * highest controller epoch the state has seen; the others come from gateways.
 */
public sealed interface DirectoryCommand {
    /**
     * First entry. Refused when the cluster exists already.
     *
     * @param failureDomain device, node or rack
     * @param featureLevel that the cluster begins with: what all its first nodes speak
     */
    record InitCluster(
            Id128 cluster,
            String name,
            String failureDomain,
            List<StorageClass> classes,
            int featureLevel)
            implements DirectoryCommand {
        /** With all that this build knows. */
        public InitCluster(
                Id128 cluster, String name, String failureDomain, List<StorageClass> classes) {
            this(cluster, name, failureDomain, classes, FeatureLevels.HIGHEST);
        }

        public InitCluster {
            Check.range("feature level", featureLevel, 1, Integer.MAX_VALUE);
            classes = List.copyOf(classes);
            Check.range("storage classes", classes.size(), 1, 100);
        }
    }

    /** <i>Controller.</i> Adds or changes a node; an incarnation never goes back. */
    record PutNode(NodeRecord node) implements DirectoryCommand {}

    /** <i>Controller.</i> */
    record SetNodeState(NodeId node, NodeRecord.State state) implements DirectoryCommand {}

    /** <i>Controller.</i> A REMOVED device stays so. */
    record PutDevice(DeviceRecord device) implements DirectoryCommand {}

    /**
     * <i>Controller.</i> As {@link PutDevice}, which keeps the path that it has, and where it lies.
     * From {@link FeatureLevels#DEVICE_PLACES} on.
     */
    record PlaceDevice(DeviceRecord device) implements DirectoryCommand {}

    /** <i>Controller.</i> Answer: {@link DirectoryReply.PgCreated}. */
    record CreatePg(String storageClass, Scheme scheme, List<DeviceId> members)
            implements DirectoryCommand {
        public CreatePg {
            members = List.copyOf(members);
        }
    }

    /** <i>Controller.</i> */
    record SetPgState(PgId pg, PlacementGroup.State state) implements DirectoryCommand {}

    /**
     * <i>Controller.</i> A chunk of the group goes over to another device, which takes its writes
     * from the next epoch on; also where it was going over to a third one. Refused with STALE_EPOCH
     * in any other epoch.
     */
    record BeginMove(PgId pg, int epoch, PlacementGroup.Move move) implements DirectoryCommand {}

    /**
     * The device that a chunk went over to has all that is to be had, and is the member from the
     * next epoch on. Comes from the device's node; refused with STALE_EPOCH in any other epoch.
     */
    record EndMove(PgId pg, int epoch, PlacementGroup.Move move) implements DirectoryCommand {}

    /** Has a device's chunks moved off, or lets it stay after all. An operator's word. */
    record SetLeaving(DeviceId device, boolean leaving) implements DirectoryCommand {}

    /**
     * Takes a device out for good. An operator's word. Refused with DEVICE_IN_USE while it is a
     * member of a group, unless it is lost.
     *
     * @param lost its chunks are given up, and rebuilt from others; only of one that is away
     */
    record RemoveDevice(DeviceId device, boolean lost) implements DirectoryCommand {}

    /**
     * Has a node's chunks and replicas moved off, or lets it stay after all. An operator's word.
     */
    record SetNodeLeaving(NodeId node, boolean leaving) implements DirectoryCommand {}

    /**
     * Takes a node and all its devices out for good. An operator's word. Refused with DEVICE_IN_USE
     * while a group or a partition needs it, unless it is lost.
     *
     * @param lost what it has is given up, and made anew from others; only of one that is away
     */
    record RemoveNode(NodeId node, boolean lost) implements DirectoryCommand {}

    /**
     * Has what a bucket stores from now on in another class, and what is there already brought
     * over. Refused with STALE_EPOCH where the class was set otherwise since {@code seenIndex}.
     */
    record SetBucketClass(BucketId bucket, String storageClass, long seenIndex)
            implements DirectoryCommand {}

    /** All is in the class that was set at {@code classIndex}; nothing, where another is now. */
    record FinishRecoding(BucketId bucket, long classIndex) implements DirectoryCommand {}

    /**
     * <i>Controller.</i> Refused unless the map epoch is one above the stored one (or 1 for a new
     * one).
     */
    record PutPartition(PartitionRecord partition) implements DirectoryCommand {}

    /** What changes the range or the replicas of a partition that is there. */
    sealed interface OfPartition extends DirectoryCommand {}

    /**
     * Has a partition split: the record names separator and child until {@link EndSplit}. Refused
     * with STALE_EPOCH in another map epoch, unless this very split is under way.
     */
    record BeginSplit(GroupId partition, long mapEpoch, Bytes separator) implements OfPartition {}

    /**
     * The partition has committed its split, so each half has its record from here on; or it has
     * refused it, so it stays whole. Comes from its leader; refused with STALE_EPOCH in another map
     * epoch.
     *
     * @param mapEpoch of the record that names the split
     */
    record EndSplit(GroupId partition, long mapEpoch, boolean done) implements OfPartition {}

    /**
     * Has a partition's range go over to a neighbour, which is refused unless both are whole and
     * take part in no other merge. Refused with STALE_EPOCH in other map epochs, unless this very
     * merge is under way or over.
     */
    record BeginMerge(GroupId giver, long mapEpoch, GroupId heir, long heirMapEpoch)
            implements OfPartition {}

    /**
     * The giver has given its range up, and its heir has what it handed on, so the range is the
     * heir's from here on and the giver's record is removed; or nothing comes of the merge. Comes
     * from the giver's leader; refused with STALE_EPOCH where that merge is not under way.
     *
     * @param since of the merge
     * @param receipt null: nothing comes of it
     */
    record EndMerge(GroupId giver, long since, @Nullable MergeReceipt receipt)
            implements OfPartition {}

    /**
     * Gives a partition's lost majority up: it goes on from one replica alone, in the generation of
     * its next map epoch, until it has as many as it had. An operator's word. Refused with
     * STALE_EPOCH in another map epoch.
     *
     * @param survivor the replica; none that votes there: refused
     * @param lastIndex end of its log
     */
    record RecoverPartition(
            GroupId partition, long mapEpoch, PartitionRecord.Replica survivor, long lastIndex)
            implements OfPartition {}

    /**
     * Has a replica of a partition go from one node to another; the group's leader does it, adding
     * before it removes. Refused with STALE_EPOCH in another map epoch, unless it was done in that.
     */
    record MoveReplica(GroupId partition, long mapEpoch, NodeId from, NodeId to)
            implements OfPartition {}

    /** <i>Controller.</i> Adds or changes a class; buckets choose by name. */
    record PutStorageClass(StorageClass storageClass) implements DirectoryCommand {}

    record PutTenant(TenantRecord tenant) implements DirectoryCommand {}

    record PutUser(UserRecord user) implements DirectoryCommand {}

    record PutAccessKey(AccessKeyRecord key) implements DirectoryCommand {}

    /**
     * Idempotent by bucket id. A repeat that comes after the bucket was removed again must not
     * bring it back, so one that was sent before the last removal of any bucket is refused with
     * STALE_EPOCH. Answer: {@link DirectoryReply.BucketCreated} or BUCKET_ALREADY_EXISTS.
     *
     * @param seenIndex directory index that the sender had seen
     * @param lock that it has from the beginning, with versioning; or null
     * @param documents that it has from the beginning: nobody ever sees it without them
     */
    record CreateBucket(
            BucketId bucket,
            TenantId tenant,
            String name,
            String storageClass,
            BucketRecord.Versioning versioning,
            long seenIndex,
            @Nullable BucketLock lock,
            Map<BucketSetting, Bytes> documents)
            implements DirectoryCommand {
        public CreateBucket {
            documents = Map.copyOf(documents);
        }

        /** Without a lock or documents. */
        public CreateBucket(
                BucketId bucket,
                TenantId tenant,
                String name,
                String storageClass,
                BucketRecord.Versioning versioning,
                long seenIndex) {
            this(bucket, tenant, name, storageClass, versioning, seenIndex, null, Map.of());
        }
    }

    /**
     * First step of a bucket's deletion: no new writes are validated from here on. A bucket that is
     * marked already keeps its mark, so that a repeat, also one that comes late, takes it from
     * nobody; each deleter fences and searches for itself. Answer: {@link
     * DirectoryReply.BucketMarked}.
     */
    record MarkBucketDeleting(BucketId bucket) implements DirectoryCommand {}

    /**
     * Last step: removed where all partitions found it empty, else active again. It holds for the
     * mark that it names: one that was taken back meanwhile, and perhaps set anew, says nothing of
     * the writes between, so removing is then refused, and there is nothing to take back.
     *
     * @param markIndex as {@link DirectoryReply.BucketMarked} said
     */
    record FinishBucketDelete(BucketId bucket, long markIndex, boolean remove)
            implements DirectoryCommand {}

    /**
     * Sets a bucket's Object Lock, which then stays on: refused unless its versioning is enabled,
     * which may not be suspended afterwards. One that comes late must not undo a newer one, as with
     * {@link SetVersioning}.
     *
     * @param seenIndex directory index that the sender had seen
     */
    record SetBucketLock(BucketId bucket, BucketLock lock, long seenIndex)
            implements DirectoryCommand {}

    /**
     * One that comes late must not undo a newer one, so one that was sent before the bucket's last
     * is refused with STALE_EPOCH, unless it asks for what is set.
     *
     * @param seenIndex directory index that the sender had seen
     */
    record SetVersioning(BucketId bucket, BucketRecord.Versioning versioning, long seenIndex)
            implements DirectoryCommand {}

    /**
     * Sets a bucket's document, or removes it. One that comes late must not undo a newer one, as
     * with {@link SetVersioning}.
     *
     * @param document empty: none
     * @param seenIndex directory index that the sender had seen
     */
    record SetBucketSetting(BucketId bucket, BucketSetting setting, Bytes document, long seenIndex)
            implements DirectoryCommand {
        public SetBucketSetting {
            Check.range("document bytes", document.length(), 0, BucketDocument.MOST_BYTES);
        }
    }

    /**
     * <i>Controller.</i> Adds a ticket key; the newest two stay valid.
     *
     * @param sealed the key sealed to each node's public key
     */
    record PutTicketKey(int keyId, List<SealedTicketKey> sealed) implements DirectoryCommand {
        public PutTicketKey {
            sealed = List.copyOf(sealed);
        }
    }

    record SealedTicketKey(NodeId node, Bytes sealedKey) {}

    /** Registers an incarnation as one that may hold freshness leases, until {@link DropHolder}. */
    record RegisterHolder(NodeId node, long incarnation) implements DirectoryCommand {}

    /**
     * <i>Controller.</i> A holder that has vanished gets no lease from here on; one that lives
     * after all registers again, which ends this.
     */
    record SuspendHolder(NodeId node, long incarnation) implements DirectoryCommand {}

    /**
     * <i>Controller.</i> After the last possible lease of a suspended holder has run out. Refused
     * where it has registered again meanwhile.
     */
    record DropHolder(NodeId node, long incarnation) implements DirectoryCommand {}

    /**
     * The cluster goes by this feature level from here on, and never back. An operator's word.
     * Refused unless it is one above the level in force and every node that was not removed speaks
     * it, also one that is away.
     */
    record RaiseFeatureLevel(int level) implements DirectoryCommand {}

    /**
     * Keeps a backup's key, wrapped under the root key, in a slot of the directory's key file, from
     * where it can be destroyed. Idempotent.
     */
    record PutBackupKey(Id128 backup, Bytes wrappedKey) implements DirectoryCommand {}

    /** Destroys it, and with it the copies of keys in that backup. Idempotent. */
    record DropBackupKey(Id128 backup) implements DirectoryCommand {}

    /**
     * The directory's majority is lost for good, and what is at hand is the directory from here on.
     * Found behind the end of the log that survived, before anything else is.
     *
     * @param survivor the node whose copy it is
     * @param lastIndex end of its log: what others had behind that is lost
     */
    record RecoveredDirectory(NodeId survivor, long lastIndex) implements DirectoryCommand {}

    /**
     * All metadata was lost, and this is what a backup had of it. Found behind the snapshot that
     * was made of the backup, before anything else is. An operator has signed for what was
     * acknowledged after it.
     *
     * @param node that has a replica of each partition, made of the backup
     * @param generation that those become, one above the one that they were made in; above all that
     *     ever were
     * @param backupMillis when the backup was begun, in milliseconds since 1970
     */
    record RestoredCluster(NodeId node, int generation, Id128 backup, long backupMillis)
            implements DirectoryCommand {
        public RestoredCluster {
            Check.range("generation", generation, 1, Integer.MAX_VALUE);
        }
    }

    /** Whether chunks that no record knows may be removed. An operator's word. */
    record SetReclaim(boolean on) implements DirectoryCommand {}

    /** Anything that operators set: flags such as {@code maintenance}. */
    record PutSetting(String name, String value) implements DirectoryCommand {}

    /**
     * Adds or changes tenants, users and access keys, by an operator's or a tenant's admin's word.
     * All of them are idempotent.
     */
    sealed interface OfTenants extends DirectoryCommand {}

    /** Refused with ALREADY_EXISTS where another tenant has the alias. */
    record AddTenant(TenantRecord tenant) implements OfTenants {}

    /**
     * Changes what is not null. Refused with NO_SUCH_ENTITY where there is none; the other changes
     * too.
     */
    record ChangeTenant(
            TenantId tenant,
            @Nullable String displayName,
            @Nullable ServiceClass serviceClass,
            @Nullable Boolean suspended)
            implements OfTenants {}

    /**
     * Refused with ALREADY_EXISTS where another user of the tenant has the name. A repeat that
     * comes after the user was removed again must not bring it back, so one that was sent before
     * the last removal of any user or key is refused with STALE_EPOCH.
     *
     * @param seenIndex directory index that the sender had seen
     */
    record AddUser(UserRecord user, long seenIndex) implements OfTenants {}

    /** Changes what is not null. */
    record ChangeUser(
            TenantId tenant, Id128 user, @Nullable Boolean admin, @Nullable Boolean suspended)
            implements OfTenants {}

    /** Sets one of a user's identity policies, checked by who sends it; empty: removes it. */
    record SetUserPolicy(TenantId tenant, Id128 user, String name, String json)
            implements OfTenants {}

    /** Removes a user and all its access keys. */
    record RemoveUser(TenantId tenant, Id128 user) implements OfTenants {}

    /** Refused where the user has the most that one may have, and as {@link AddUser}. */
    record AddAccessKey(AccessKeyRecord key, long seenIndex) implements OfTenants {}

    /** Changes what is not null. */
    record ChangeAccessKey(
            String accessKeyId, @Nullable Boolean active, @Nullable Long expiresMillis)
            implements OfTenants {}

    record RemoveAccessKey(String accessKeyId) implements OfTenants {}

    /** About the transparency log, which the state appends to by itself. */
    sealed interface OfLog extends DirectoryCommand {}

    /**
     * A key signs from now on: a node's own takes the place of the one that it had; of the others
     * there is one, so a second is refused with STALE_EPOCH. Idempotent.
     */
    record EnrolSigner(SignerRecord signer) implements OfLog {}

    /**
     * A key is no good for what is signed at a time or later. An operator's word. Idempotent.
     *
     * @param untilMillis since 1970; 0: nothing counts
     */
    record RevokeSigner(Bytes publicKey, long untilMillis) implements OfLog {}

    /**
     * A checkpoint that the log's key has signed. Refused with STALE_EPOCH where the log has grown.
     *
     * @param size leaves that it is of
     * @param note as C2SP's signed note, in UTF-8
     */
    record PublishCheckpoint(long size, Bytes note) implements OfLog {}
}
