package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.VersionBody.Placement;
import java.util.List;

/** Random values of what is about multipart uploads, in the manner of {@link RandomValues}. */
public final class RandomUploads {
    private final RandomValues random;

    public RandomUploads(RandomValues random) {
        this.random = random;
    }

    public UploadRef ref() {
        return new UploadRef(random.bucketId(), random.key(), random.number(), random.write());
    }

    public PartName name() {
        return new PartName(random.below(10_002), random.number());
    }

    public UploadRow row() {
        return new UploadRow(
                random.bucketId(),
                random.key(),
                random.number(),
                random.write(),
                random.tenant(),
                random.number(),
                random.text(),
                random.bytes(0, 20),
                random.bytes(0, 50),
                random.shard(),
                random.bytes(0, 60));
    }

    public PartBody partBody() {
        return new PartBody(
                random.number(),
                random.bytes(16, 16),
                random.bytes(32, 32),
                random.bytes(0, 20),
                random.list(3, random::segment));
    }

    public PartRow part() {
        return new PartRow(
                random.below(10_001), random.number(), random.write(), random.number(), partBody());
    }

    /** One command of each type. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.CreateUpload(
                        random.write(),
                        random.bucketId(),
                        random.key(),
                        random.tenant(),
                        random.text(),
                        random.bytes(0, 20),
                        random.bytes(0, 50),
                        random.shard(),
                        random.bytes(0, 60)),
                new PartitionCommand.PutPart(
                        random.write(), ref(), random.below(10_002), partBody()),
                new PartitionCommand.CompleteUpload(
                        ref(),
                        random.tenant(),
                        random.versioning(),
                        random.condition(),
                        random.list(4, this::name),
                        random.text(),
                        random.bytes(16, 16),
                        random.bytes(32, 32),
                        random.bytes(0, 50)),
                new PartitionCommand.AbortUpload(ref()),
                new PartitionCommand.SweepParts(random.below(2_000) - 500, random.number() >>> 1),
                new PartitionCommand.SaveHash(
                        ref(), name(), random.bytes(0, 60), random.bytes(0, 60)));
    }

    /** A commit that no state accepts, but that a log may hold. */
    public PartitionCommand commitOfParts() {
        return new PartitionCommand.Commit(
                random.write(),
                random.bucketId(),
                random.key(),
                random.tenant(),
                random.versioning(),
                random.condition(),
                new VersionBody(
                        random.number(),
                        random.text(),
                        random.bytes(16, 16),
                        random.bytes(32, 32),
                        random.bytes(0, 50),
                        random.shard(),
                        random.bytes(0, 60),
                        random.text(),
                        random.coin(),
                        new Placement.Parts(random.number(), 1 + random.below(10_000))));
    }

    /** One question of each type. */
    public List<PartitionQuery> queries() {
        return List.of(
                new PartitionQuery.FindUpload(ref()),
                new PartitionQuery.ListUploads(
                        random.bucketId(),
                        random.key(),
                        random.key(),
                        random.number(),
                        random.key(),
                        random.count()),
                new PartitionQuery.ListParts(ref(), random.count(), random.count()),
                new PartitionQuery.SegmentsAt(ref(), random.number(), random.count()),
                new PartitionQuery.SegmentsOfPart(random.bucketId(), random.key(), random.number()),
                new PartitionQuery.FindPart(ref(), random.count()),
                new PartitionQuery.HashWork(random.maybe(random::key), random.count()),
                new PartitionQuery.FindMidstate(ref(), random.count()),
                new PartitionQuery.DataKey(random.bucketId(), random.key(), random.number()),
                new PartitionQuery.FindHashLag(ref()));
    }

    /** One reply of each type. */
    public List<PartitionReply> replies() {
        return List.of(
                new PartitionReply.UploadCreated(random.number(), random.number(), random.coin()),
                new PartitionReply.PartPut(random.number(), random.number()));
    }

    /** One answer of each type. */
    public List<PartitionAnswer> answers() {
        return List.of(
                new PartitionAnswer.UploadFound(
                        random.maybe(this::row), random.maybe(random::grant), random.number()),
                new PartitionAnswer.UploadPage(
                        random.list(3, this::row),
                        random.list(3, random::key),
                        random.key(),
                        random.number()),
                new PartitionAnswer.PartPage(random.list(3, this::part), random.count()),
                new PartitionAnswer.SegmentPage(random.number(), random.list(3, random::segment)),
                new PartitionAnswer.PartSpan(random.coin(), random.number(), random.number()),
                new PartitionAnswer.HashPage(
                        random.list(
                                3,
                                () ->
                                        new PartitionAnswer.HashItem(
                                                ref(),
                                                random.list(3, this::part),
                                                random.bytes(0, 60))),
                        random.maybe(random::key)),
                new PartitionAnswer.MidstateFound(random.count(), random.bytes(0, 60)),
                new PartitionAnswer.KeyFound(
                        random.maybe(
                                () ->
                                        new PartitionAnswer.WrappedKey(
                                                random.write(),
                                                random.tenant(),
                                                random.bytes(0, 60))),
                        random.maybe(random::grant)),
                new PartitionAnswer.HashLag(random.count(), random.number() >>> 1));
    }
}
