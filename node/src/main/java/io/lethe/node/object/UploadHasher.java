package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.ResumableDigests;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.HashItem;
import io.lethe.node.metadata.command.PartitionAnswer.HashPage;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the parts of uploads as they come, in order from the first, and hashes them into the
 * digests of the whole object, for the partitions that this node leads: so that completing an
 * upload has little left to read. Saves the hashes' state at each part's end, in the partition,
 * which knows what a part that is uploaded again voids. Remembers nothing itself but where it is.
 * One task.
 */
public final class UploadHasher implements Worker {
    /** Uploads of a partition that are looked at in a step, a part of each. */
    private static final int BATCH = 16;

    /** For one part, of up to 5 GiB. */
    private static final Duration PART_WITHIN = Duration.ofMinutes(5);

    private final ObjectPorts ports;
    private final Leadership leadership;
    private final UploadFinder finder;
    private final WholeDigests digests;
    private final Map<GroupId, @Nullable Bytes> cursors = new HashMap<>();

    public UploadHasher(ObjectPorts ports, Leadership leadership) {
        this.ports = ports;
        this.leadership = leadership;
        BucketGate gate = new BucketGate(ports.directory(), ports.metadata(), ports.lease());
        finder = new UploadFinder(ports, gate);
        ObjectReader reader = new ObjectReader(ports, gate, new PeerHealth(ports.tasks().clock()));
        digests = new WholeDigests(finder, reader);
    }

    @Override
    public String name() {
        return "upload-hashes";
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        List<GroupId> led = leadership.ledPartitions();
        cursors.keySet().retainAll(led);
        int hashed = 0;
        int failed = 0;
        for (GroupId partition : led) {
            PartitionAnswer answer =
                    ports.metadata()
                            .queryIn(
                                    partition,
                                    new PartitionQuery.HashWork(cursors.get(partition), BATCH),
                                    deadline());
            if (answer instanceof HashPage(List<HashItem> items, Bytes next)) {
                cursors.put(partition, next);
                for (HashItem item : items) {
                    boolean done = hash(item);
                    hashed += done ? 1 : 0;
                    failed += done ? 0 : 1;
                }
            }
        }
        String progress = hashed + " parts hashed, " + failed + " could not be read";
        return hashed > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + PART_WITHIN.toNanos();
    }

    /** One part that can't be read now does not keep the others: it is met again. */
    private boolean hash(HashItem item) throws InterruptedException {
        try {
            return hash(item, deadline());
        } catch (StoreException e) {
            return false;
        }
    }

    private boolean hash(HashItem item, long deadlineNanos) throws InterruptedException {
        UploadFound found = finder.find(item.upload(), deadlineNanos);
        UploadRow row = found.row();
        if (row == null) {
            return true;
        }
        KeyBytes dataKey = finder.key(row, found.shard());
        if (finder.attributes(row, dataKey).hasCustomerKey()) {
            // Nobody but the customer can read it: whoever completes the upload hashes it.
            return false;
        }
        ResumableDigests hashes =
                item.before().isEmpty()
                        ? new ResumableDigests()
                        : ResumableDigests.resume(item.before());
        // None for an empty part, and for one that is gone, of which nothing is saved.
        List<SegmentRef> segments =
                finder.segments(item.upload(), item.part().order(), deadlineNanos);
        if (!segments.isEmpty()) {
            digests.read(dataKey, row.write(), segments, hashes::update, deadlineNanos);
        }
        PartitionReply reply =
                ports.metadata()
                        .execute(
                                UploadFinder.rowKey(item.upload()),
                                new PartitionCommand.SaveHash(
                                        item.upload(), item.part(), hashes.save()),
                                ports.directory().index(),
                                deadlineNanos);
        if (!(reply instanceof PartitionReply.Done)) {
            throw Commits.failure(reply);
        }
        ports.meters().partsHashed.increment();
        return true;
    }
}
