package io.lethe.node.metadata.command;

import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord.Replica;
import java.util.List;

/** Random values of what is about recoveries and backups, in the manner of {@link RandomValues}. */
public final class RandomRecoveries {
    private final RandomValues random;

    public RandomRecoveries(RandomValues random) {
        this.random = random;
    }

    /** One command of each type. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.Recovered(
                        random.keyCopy(),
                        random.keyCopy(),
                        random.number() >>> 1,
                        random.number() >>> 1));
    }

    /** One command of each type. */
    public List<DirectoryCommand> directoryCommands() {
        return List.of(
                new DirectoryCommand.RecoverPartition(
                        new GroupId(random.count()),
                        random.number() >>> 1,
                        new Replica(random.node(), random.count()),
                        random.number() >>> 1),
                new DirectoryCommand.PutBackupKey(random.id(), random.bytes(1, 48)),
                new DirectoryCommand.DropBackupKey(random.id()),
                new DirectoryCommand.RecoveredDirectory(random.node(), random.number() >>> 1),
                new DirectoryCommand.RestoredCluster(
                        random.node(), 1 + random.count(), random.id(), random.number() >>> 1),
                new DirectoryCommand.SetReclaim(true));
    }
}
