package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.SideBySide;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.ResumableDigests;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.HashItem;
import io.lethe.node.metadata.command.PartitionAnswer.HashPage;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.GroupId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the parts of uploads as they come, in order from the first, and hashes them into the
 * digests of the whole object, for the partitions that this node leads: so that completing an
 * upload has little left to read. Saves the hashes' state at each part's end, in the partition,
 * which knows what a part that is uploaded again voids. Remembers nothing itself but where it is.
 * One task, and others that end within a step.
 */
public final class UploadHasher implements Worker {
    /** Uploads of a partition that are looked at in a step. */
    private static final int BATCH = 16;

    /** Of an upload in a step, and the part that passes it: a quarter of a second's hashing. */
    private static final long TURN_BYTES = 128L << 20;

    /** Uploads that are hashed at once, on a core each. */
    private static final int LANES = 4;

    /** For a turn, or one part of up to 5 GiB. */
    private static final Duration TURN_WITHIN = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(UploadHasher.class);

    private final ObjectPorts ports;
    private final Leadership leadership;
    private final UploadFinder finder;
    private final PartsReader reader;
    private final Map<GroupId, @Nullable Bytes> cursors = new HashMap<>();

    public UploadHasher(ObjectPorts ports, Leadership leadership) {
        this.ports = ports;
        this.leadership = leadership;
        BucketGate gate = new BucketGate(ports.directory(), ports.metadata(), ports.lease());
        finder = new UploadFinder(ports, gate);
        reader =
                new PartsReader(
                        new ObjectReader(ports, gate, new PeerHealth(ports.tasks().clock())));
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
        List<HashItem> found = new ArrayList<>();
        for (GroupId partition : led) {
            PartitionAnswer answer =
                    ports.metadata()
                            .queryIn(
                                    partition,
                                    new PartitionQuery.HashWork(cursors.get(partition), BATCH),
                                    deadline());
            if (answer instanceof HashPage(List<HashItem> items, Bytes next)) {
                cursors.put(partition, next);
                found.addAll(items);
            }
        }
        int hashed = hash(found);
        String progress =
                hashed + " uploads followed, " + (found.size() - hashed) + " could not be";
        return hashed > 0 ? new Step.Worked(progress) : new Step.Idle(progress);
    }

    /** Hashes some uploads side by side, as each has one chain; says how many got on. */
    private int hash(List<HashItem> items) throws InterruptedException {
        AtomicInteger hashed = new AtomicInteger();
        SideBySide.run(
                ports.tasks(),
                name(),
                LANES,
                items.size(),
                i -> {
                    if (hash(items.get(i))) {
                        hashed.incrementAndGet();
                    }
                });
        return hashed.get();
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + TURN_WITHIN.toNanos();
    }

    /** One upload that can't be read now does not keep the others: it is met again. */
    private boolean hash(HashItem item) throws InterruptedException {
        try {
            return hash(item, deadline());
        } catch (Check.BrokenInvariant e) {
            throw e;
        } catch (RuntimeException e) {
            // Also what of it can't be decoded, as a worker's step would.
            log.debug("the hashes of {} do not come on", item.upload(), e);
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
        reader.read(
                dataKey,
                item.upload(),
                some(item.parts()),
                new Saving(item.upload(), item.before(), hashes, deadlineNanos),
                deadlineNanos);
        return true;
    }

    /** The first of some parts, so that others' uploads get their turn. */
    private static List<PartRow> some(List<PartRow> parts) {
        int count = 0;
        for (long bytes = 0; count < parts.size() && bytes < TURN_BYTES; count++) {
            bytes += parts.get(count).body().sizeBytes();
        }
        return parts.subList(0, count);
    }

    /** Hashes parts, and saves where the hashes stand at the end of each. */
    private final class Saving implements PartsReader.Sink {
        private final UploadRef upload;
        private final ResumableDigests hashes;
        private final long deadlineNanos;
        private Bytes saved;

        Saving(UploadRef upload, Bytes before, ResumableDigests hashes, long deadlineNanos) {
            this.upload = upload;
            saved = before;
            this.hashes = hashes;
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public void update(byte[] source, int offset, int lengthBytes) {
            hashes.update(source, offset, lengthBytes);
        }

        @Override
        public void end(PartRow part) throws InterruptedException {
            Bytes midstate = hashes.save();
            PartitionReply reply =
                    ports.metadata()
                            .execute(
                                    UploadFinder.rowKey(upload),
                                    new PartitionCommand.SaveHash(
                                            upload,
                                            new PartName(part.number(), part.order()),
                                            saved,
                                            midstate),
                                    ports.directory().index(),
                                    deadlineNanos);
            if (!(reply instanceof PartitionReply.Done)) {
                throw Commits.failure(reply);
            }
            saved = midstate;
            ports.meters().partsHashed.increment();
        }
    }
}
