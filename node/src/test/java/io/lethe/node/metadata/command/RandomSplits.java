package io.lethe.node.metadata.command;

import io.lethe.node.model.GroupId;
import java.util.List;

/** Random values of what is about ranges, in the manner of {@link RandomValues}. */
public final class RandomSplits {
    private final RandomValues random;

    public RandomSplits(RandomValues random) {
        this.random = random;
    }

    private GroupId group() {
        return new GroupId(random.count());
    }

    /** One command of each type, and those that may be about a range. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.InRange(
                        random.key(),
                        random.key(),
                        new PartitionCommand.Fence(random.number() >>> 1)),
                new PartitionCommand.InRange(
                        random.key(),
                        random.key(),
                        new PartitionCommand.CloseWrite(
                                random.write(), random.bucketId(), random.key(), List.of())),
                new PartitionCommand.Split(
                        group(),
                        group(),
                        random.key(),
                        random.number() >>> 1,
                        random.some(
                                3,
                                () ->
                                        new PartitionCommand.Founder(
                                                random.node(), random.text(), random.count()))),
                new PartitionCommand.FinishSplit(group()),
                new PartitionCommand.SweepSplit(
                        random.below(9), random.maybe(random::key), random.count()));
    }

    /** One question of each type. */
    public List<PartitionQuery> queries() {
        return List.of(
                new PartitionQuery.InRange(
                        random.key(),
                        random.key(),
                        new PartitionQuery.BucketEmpty(random.bucketId())),
                new PartitionQuery.SplitState(),
                new PartitionQuery.FindSeparator(random.key()),
                new PartitionQuery.SampleKeys(random.maybe(random::key)));
    }

    /** One reply of each type. */
    public List<PartitionReply> replies() {
        return List.of(new PartitionReply.SplitSwept(random.below(9), random.maybe(random::key)));
    }

    /** One answer of each type. */
    public List<PartitionAnswer> answers() {
        return List.of(
                new PartitionAnswer.SplitStanding(random.count(), random.below(9)),
                new PartitionAnswer.SeparatorFound(random.maybe(random::key)),
                new PartitionAnswer.KeySample(
                        random.list(5, random::key), random.maybe(random::key)));
    }

    /** One command of each type to the directory. */
    public List<DirectoryCommand> directoryCommands() {
        return List.of(
                new DirectoryCommand.BeginSplit(group(), random.number() >>> 1, random.key()),
                new DirectoryCommand.EndSplit(group(), random.number() >>> 1, random.coin()),
                new DirectoryCommand.MoveReplica(
                        group(), random.number() >>> 1, random.node(), random.node()));
    }
}
