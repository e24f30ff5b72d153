package io.lethe.node.metadata.command;

import java.util.List;

/** Random values of what is about the index of changes, in the manner of {@link RandomValues}. */
public final class RandomChanges {
    private final RandomValues random;

    public RandomChanges(RandomValues random) {
        this.random = random;
    }

    /** One command of each type. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.SaveProgress(
                        random.one(PartitionCommand.Walk.values()),
                        random.bucketId(),
                        random.bytes(0, 40)));
    }

    /** Deletes under the condition that only walkers of the index ask for. */
    public List<PartitionCommand> conditions() {
        return List.of(
                delete(Condition.Seen.newest(random.number())),
                delete(
                        new Condition.Seen(
                                random.number(),
                                random.number(),
                                random.below(102),
                                random.bytes(0, 50))));
    }

    /** What else is done by rules. */
    public List<PartitionCommand> byRules() {
        return List.of(
                new PartitionCommand.AbortUpload(
                        new UploadRef(
                                random.bucketId(), random.key(), random.number(), random.write()),
                        true));
    }

    private PartitionCommand delete(Condition condition) {
        return new PartitionCommand.Delete(
                random.write(),
                random.bucketId(),
                random.key(),
                random.tenant(),
                random.versioning(),
                random.which(),
                condition);
    }

    /** One question of each type. */
    public List<PartitionQuery> queries() {
        return List.of(
                new PartitionQuery.Changes(
                        random.bucketId(),
                        random.number(),
                        random.number(),
                        random.key(),
                        random.count(),
                        random.count()),
                new PartitionQuery.SavedProgress(
                        random.one(PartitionCommand.Walk.values()),
                        random.maybe(random::key),
                        random.count()));
    }

    /** One answer of each type. */
    public List<PartitionAnswer> answers() {
        return List.of(
                new PartitionAnswer.ChangePage(
                        random.list(
                                3,
                                () ->
                                        new PartitionAnswer.ChangeRow(
                                                random.key(),
                                                random.number(),
                                                random.maybe(random::write),
                                                random.count(),
                                                random.list(
                                                        3,
                                                        () ->
                                                                new PartitionAnswer.Brief(
                                                                        random.number(),
                                                                        random.number(),
                                                                        random.number())))),
                        random.number(),
                        random.coin(),
                        random.number() >>> 1),
                new PartitionAnswer.ProgressPage(
                        random.list(
                                3,
                                () ->
                                        new PartitionAnswer.BucketProgress(
                                                random.bucketId(), random.bytes(0, 30))),
                        random.maybe(random::key)));
    }
}
