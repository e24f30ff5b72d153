package io.lethe.node.metadata.state;

import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.DirectoryCommand;
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
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StorageClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The directory's state machine. Pure; every replica decides alike; what is wrong with a command is
 * refused. Controller commands below the highest controller epoch are refused with STALE_EPOCH,
 * before anything else about them is looked at. Every command, also a refused one, leaves its index
 * and a higher controller epoch behind. Commands above the feature level in force, which is a row
 * here, are refused, as leaders do before. The directory's time is the newest stamp; it stamps
 * buckets only, and orders nothing.
 */
public final class DirectoryState {
    private static final Set<String> FAILURE_DOMAINS = Set.of("device", "node", "rack");

    private DirectoryState() {}

    /**
     * What a command changes, and what it answers.
     *
     * @param index the command's place in the directory's log
     */
    public static Decision<DirectoryReply> decide(
            Rows rows, Stamp stamp, DirectoryCommand command, long index) {
        DirectoryHead head = DirectoryHead.read(rows);
        if (head == null) {
            return first(rows, stamp, command, index);
        }
        head.index = Math.max(head.index, index);
        head.stateMillis = Math.max(head.stateMillis, stamp.wallMillis());
        DirectoryDraft draft = new DirectoryDraft(rows, head);
        DirectoryReply reply = execute(draft, stamp, command);
        List<Change> changes = new ArrayList<>();
        if (!(reply instanceof DirectoryReply.Refused)) {
            changes.addAll(draft.changes());
        }
        changes.add(head.toRow());
        return new Decision<>(changes, reply);
    }

    private static DirectoryReply execute(
            DirectoryDraft draft, Stamp stamp, DirectoryCommand command) {
        if (ofController(command)) {
            if (stamp.controllerEpoch() < draft.head.controllerEpoch) {
                return DirectoryDraft.refused(
                        ErrorCode.STALE_EPOCH,
                        "controller epoch "
                                + stamp.controllerEpoch()
                                + " is over; "
                                + draft.head.controllerEpoch
                                + " leads");
            }
            draft.head.controllerEpoch = stamp.controllerEpoch();
        }
        int needed = CommandLevels.of(command);
        if (needed > draft.level) {
            return DirectoryDraft.refused(
                    CommandLevels.REFUSED, CommandLevels.refusal(needed, draft.level));
        }
        return execute(draft, command);
    }

    private static boolean ofController(DirectoryCommand command) {
        return switch (command) {
            case PutNode _, SetNodeState _, PutDevice _, PlaceDevice _ -> true;
            case CreatePg _, SetPgState _ -> true;
            case PutPartition _, PutStorageClass _, PutTicketKey _ -> true;
            case SuspendHolder _, DropHolder _, BeginMove _ -> true;
            case InitCluster _, PutTenant _, PutUser _, PutAccessKey _, CreateBucket _ -> false;
            case MarkBucketDeleting _, FinishBucketDelete _ -> false;
            case SetVersioning _, SetBucketLock _, SetBucketSetting _ -> false;
            case RegisterHolder _, PutSetting _ -> false;
            case EndMove _, SetLeaving _, RemoveDevice _ -> false;
            case SetNodeLeaving _, RemoveNode _, SetBucketClass _, FinishRecoding _ -> false;
            case BeginSplit _, EndSplit _, RaiseFeatureLevel _ -> false;
            case RecoverPartition _, MoveReplica _ -> false;
            case BeginMerge _, EndMerge _, RestoredCluster _, SetReclaim _ -> false;
            case PutBackupKey _, DropBackupKey _, RecoveredDirectory _ -> false;
            case DirectoryCommand.OfTenants _, DirectoryCommand.OfLog _ -> false;
        };
    }

    private static DirectoryReply execute(DirectoryDraft draft, DirectoryCommand command) {
        return switch (command) {
            case InitCluster c ->
                    c.cluster().equals(draft.head.cluster)
                            ? DirectoryDraft.DONE
                            : DirectoryDraft.invalid(
                                    "this is cluster "
                                            + draft.head.name
                                            + " ("
                                            + draft.head.cluster
                                            + ") already");
            case PutNode c -> ClusterMap.putNode(draft, c);
            case SetNodeState c -> ClusterMap.setNodeState(draft, c);
            case PutDevice c -> ClusterMap.putDevice(draft, c);
            case PlaceDevice c -> ClusterMap.placeDevice(draft, c);
            case CreatePg c -> ClusterMap.createPg(draft, c);
            case SetPgState c -> ClusterMap.setPgState(draft, c);
            case PutPartition c -> ClusterMap.putPartition(draft, c);
            case PutStorageClass c -> ClusterMap.putStorageClass(draft, c);
            case PutTenant c -> Accounts.putTenant(draft, c);
            case PutUser c -> Accounts.putUser(draft, c);
            case PutAccessKey c -> Accounts.putAccessKey(draft, c);
            case CreateBucket c -> Buckets.create(draft, c);
            case MarkBucketDeleting c -> Buckets.markDeleting(draft, c);
            case FinishBucketDelete c -> Buckets.finishDelete(draft, c);
            case SetVersioning c -> Buckets.setVersioning(draft, c);
            case SetBucketLock c -> Buckets.setLock(draft, c);
            case SetBucketSetting c -> Buckets.setSetting(draft, c);
            case SetBucketClass c -> Buckets.setClass(draft, c);
            case FinishRecoding c -> Buckets.finishRecoding(draft, c);
            case PutTicketKey c -> Accounts.putTicketKey(draft, c);
            case RegisterHolder c -> Accounts.registerHolder(draft, c);
            case SuspendHolder c -> Accounts.suspendHolder(draft, c);
            case DropHolder c -> Accounts.dropHolder(draft, c);
            case PutSetting c -> Accounts.putSetting(draft, c);
            case BeginMove c -> Moves.begin(draft, c);
            case EndMove c -> Moves.end(draft, c);
            case SetLeaving c -> Moves.setLeaving(draft, c);
            case RemoveDevice c -> Moves.remove(draft, c);
            case SetNodeLeaving c -> Membership.setLeaving(draft, c);
            case RemoveNode c -> Membership.remove(draft, c);
            case BeginSplit c -> Divisions.begin(draft, c);
            case EndSplit c -> Divisions.end(draft, c);
            case RaiseFeatureLevel c -> Membership.raiseLevel(draft, c);
            case PutBackupKey c -> Accounts.putBackupKey(draft, c);
            case DropBackupKey c -> Accounts.dropBackupKey(draft, c);
            case RecoverPartition c -> Recoveries.recover(draft, c);
            case BeginMerge c -> Merges.begin(draft, c);
            case EndMerge c -> Merges.end(draft, c);
            case MoveReplica c -> Membership.moveReplica(draft, c);
            case RecoveredDirectory c -> Setbacks.recovered(draft, c);
            case RestoredCluster c -> Setbacks.restored(draft, c);
            case SetReclaim c -> Setbacks.setReclaim(draft, c);
            case DirectoryCommand.OfTenants c -> Identities.decide(draft, c);
            case DirectoryCommand.OfLog c -> Signers.decide(draft, c);
        };
    }

    private static Decision<DirectoryReply> first(
            Rows rows, Stamp stamp, DirectoryCommand command, long index) {
        if (!(command instanceof InitCluster init)) {
            return Decision.only(
                    DirectoryDraft.refused(
                            ErrorCode.UNAVAILABLE,
                            "the cluster has not been set up yet; wait for its controller"));
        }
        if (init.name().isEmpty() || !FAILURE_DOMAINS.contains(init.failureDomain())) {
            return Decision.only(
                    DirectoryDraft.invalid(
                            "a cluster needs a name, and a failure domain of "
                                    + "device, node or rack"));
        }
        DirectoryHead head = new DirectoryHead(init.cluster(), init.name(), init.failureDomain());
        head.index = index;
        head.stateMillis = stamp.wallMillis();
        DirectoryDraft draft = new DirectoryDraft(rows, head);
        draft.raise(init.featureLevel());
        for (StorageClass one : init.classes()) {
            if (one.name().isEmpty()) {
                return Decision.only(DirectoryDraft.invalid("a storage class needs a name"));
            }
            var _ = draft.put(Table.STORAGE_CLASSES, one.name(), one);
        }
        List<Change> changes = new ArrayList<>(draft.changes());
        changes.add(head.toRow());
        return new Decision<>(changes, DirectoryDraft.DONE);
    }
}
