package io.lethe.node.metadata.command;

import io.lethe.node.model.GroupId;
import io.lethe.node.model.PgId;
import java.util.List;

/** Random values of what is about merges, in the manner of {@link RandomValues}. */
public final class RandomMerges {
    private final RandomValues random;

    public RandomMerges(RandomValues random) {
        this.random = random;
    }

    private GroupId group() {
        return new GroupId(random.count());
    }

    private long number() {
        return random.number() >>> 1;
    }

    public MergeReceipt receipt() {
        return new MergeReceipt(
                number(),
                number(),
                number(),
                List.of(random.keyCopy(), KeyCopy.merged(group(), random.node(), random.count())),
                random.list(3, this::group));
    }

    /** What a partition may hand on, though no state can read these results. */
    public Legacy legacy() {
        return new Legacy(
                random.list(
                        3, () -> new Legacy.Result(random.write(), number(), random.bytes(0, 40))),
                random.list(
                        3,
                        () ->
                                new PartitionCommand.RaisePgEpoch(
                                        new PgId(number()), random.count(), random.below(6))));
    }

    /** One command of each type. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.GiveUp(group(), random.key(), random.key(), number()),
                new PartitionCommand.TakeBack(number()),
                new PartitionCommand.Inherit(legacy()),
                new PartitionCommand.TakeOver(
                        group(), random.key(), random.key(), number(), receipt()));
    }

    /** One question of each type. */
    public List<PartitionQuery> queries() {
        return List.of(
                new PartitionQuery.MergeState(),
                new PartitionQuery.FindLegacy(random.maybe(random::key), random.count()),
                new PartitionQuery.FindReceipt(group()));
    }

    /** One reply of each type. */
    public List<PartitionReply> replies() {
        return List.of(new PartitionReply.GivenUp(receipt()));
    }

    /** One answer of each type. */
    public List<PartitionAnswer> answers() {
        return List.of(
                new PartitionAnswer.MergeStanding(
                        random.key(), random.key(), number(), random.text()),
                new PartitionAnswer.LegacyPage(legacy(), random.maybe(random::key)),
                new PartitionAnswer.ReceiptFound(random.maybe(this::receipt)));
    }

    /** One command of each type to the directory, and one that takes a merge back. */
    public List<DirectoryCommand> directoryCommands() {
        return List.of(
                new DirectoryCommand.BeginMerge(group(), number(), group(), number()),
                new DirectoryCommand.EndMerge(group(), number(), receipt()),
                new DirectoryCommand.EndMerge(group(), number(), null));
    }
}
