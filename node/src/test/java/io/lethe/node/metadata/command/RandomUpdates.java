package io.lethe.node.metadata.command;

import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.Protection;
import java.util.ArrayList;
import java.util.List;

/** Random commands that change versions where they lie. */
public final class RandomUpdates {
    private final RandomValues random;

    public RandomUpdates(RandomValues random) {
        this.random = random;
    }

    /** One command of each type. */
    public List<PartitionCommand> commands() {
        return List.of(
                new PartitionCommand.SetInfo(
                        random.write(),
                        random.bucketId(),
                        random.key(),
                        random.number(),
                        random.bytes(0, 50),
                        random.bytes(0, 50)));
    }

    /** One command of each type, about locks. */
    public List<PartitionCommand> locks() {
        return List.of(
                new PartitionCommand.SetLock(
                        random.write(),
                        random.bucketId(),
                        random.key(),
                        random.which(),
                        change(),
                        random.coin()));
    }

    private PartitionCommand.LockChange change() {
        Protection to = protection();
        return random.coin()
                ? new PartitionCommand.LockChange.Hold(to.hold())
                : new PartitionCommand.LockChange.Retain(to.mode(), to.untilMillis());
    }

    public Protection protection() {
        Mode mode = random.one(Mode.values());
        long until = 1 + random.below(Integer.MAX_VALUE) * 100L;
        return new Protection(mode, mode == Mode.NONE ? 0 : until, random.coin());
    }

    private BucketLock lock() {
        return random.coin()
                ? new BucketLock(Mode.NONE, 0, 0)
                : new BucketLock(Mode.COMPLIANCE, 1 + random.below(100), 0);
    }

    /** Those of other commands that are about protection. */
    public List<PartitionCommand> ofProtection() {
        RandomUploads uploads = new RandomUploads(random);
        return List.of(
                new PartitionCommand.Commit(
                        random.write(),
                        random.bucketId(),
                        random.key(),
                        random.tenant(),
                        random.versioning(),
                        random.condition(),
                        random.body(),
                        new NewProtection(protection().withHold(true), random.maybe(this::lock))),
                new PartitionCommand.Delete(
                        random.write(),
                        random.bucketId(),
                        random.key(),
                        random.tenant(),
                        random.versioning(),
                        random.which(),
                        random.condition(),
                        true),
                new PartitionCommand.CreateUpload(
                        random.write(),
                        random.bucketId(),
                        random.key(),
                        random.tenant(),
                        random.text(),
                        random.bytes(0, 20),
                        random.bytes(0, 50),
                        random.shard(),
                        random.bytes(0, 60),
                        protection().withHold(true)),
                new PartitionCommand.CompleteUpload(
                        uploads.ref(),
                        random.tenant(),
                        random.versioning(),
                        random.condition(),
                        List.of(),
                        random.text(),
                        random.bytes(16, 16),
                        random.bytes(32, 32),
                        random.bytes(0, 50),
                        random.coin(),
                        lock()));
    }

    /** Batches: of any deletes, with and without notes. */
    public List<PartitionCommand> batches() {
        List<PartitionCommand> deletes = new ArrayList<>(ofProtection().subList(1, 2));
        deletes.add(new RandomEvents(random).commands().getFirst());
        return List.of(new PartitionCommand.DeleteBatch(deletes));
    }

    /** Their replies. */
    public List<PartitionReply> batchReplies() {
        return List.of(
                new PartitionReply.DeleteBatchDone(
                        List.of(
                                new PartitionReply.Deleted(
                                        random.number(), random.coin(), random.coin()),
                                new PartitionReply.WrongPartition(random.number()),
                                new PartitionReply.Done())));
    }

    /** Answers that tell of protection. */
    public List<PartitionAnswer> answers() {
        RandomUploads uploads = new RandomUploads(random);
        return List.of(
                new PartitionAnswer.Found(
                        random.row().withBody(random.body()).withProtection(protection()),
                        random.maybe(random::grant)),
                new PartitionAnswer.UploadFound(
                        uploads.row().withProtection(protection()), null, 0));
    }
}
