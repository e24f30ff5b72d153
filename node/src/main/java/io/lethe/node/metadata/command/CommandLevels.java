package io.lethe.node.metadata.command;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;

/**
 * From which feature level on each command may be in a log: below it an older build may be among
 * the replicas, which could not read it. Leaders refuse it before it is proposed, and state
 * machines refuse it once more. Static and pure.
 */
public final class CommandLevels {
    /** What a command above the level in force is refused with. */
    public static final ErrorCode REFUSED = ErrorCode.UPGRADE_NEEDED;

    private CommandLevels() {}

    /** The lowest level at which a command is taken. */
    public static int of(DirectoryCommand command) {
        return switch (command) {
            case DirectoryCommand.PlaceDevice _ -> FeatureLevels.DEVICE_PLACES;
            case DirectoryCommand.PutBackupKey _, DirectoryCommand.DropBackupKey _ ->
                    FeatureLevels.BACKUPS;
            case DirectoryCommand.BeginMerge _, DirectoryCommand.EndMerge _ -> FeatureLevels.MERGES;
            case DirectoryCommand.RecoveredDirectory _,
                    DirectoryCommand.RestoredCluster _,
                    DirectoryCommand.SetReclaim _ ->
                    FeatureLevels.SETBACKS;
            case DirectoryCommand.OfTenants _ -> FeatureLevels.TENANTS;
            case DirectoryCommand.OfLog _ -> FeatureLevels.LOG;
            default -> FeatureLevels.LOWEST_EVER;
        };
    }

    /** The lowest level at which a command is taken. */
    public static int of(PartitionCommand command) {
        return switch (command) {
            case PartitionCommand.Noted c -> of(c.command());
            case PartitionCommand.InRange c -> of(c.command());
            case PartitionCommand.DeleteBatch _ -> FeatureLevels.DELETE_BATCHES;
            case PartitionCommand.OfMerge _ -> FeatureLevels.MERGES;
            default -> FeatureLevels.LOWEST_EVER;
        };
    }

    /** Why it is refused. */
    public static String refusal(int needed, int inForce) {
        return "this needs feature level "
                + needed
                + ", and the cluster is at "
                + inForce
                + "; upgrade all nodes, then 'lethe upgrade finish'";
    }
}
