package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.KeyRanges;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what a bucket stores over into its storage class, after that was changed: walks its
 * versions, and writes each segment anew that is in another class, unless the version was asked to
 * be in one of its own. Done by the leader of the bucket's first partition; one bucket at a time.
 *
 * <pre>
 * walk     from the first key to the last; begun anew after a change of leader
 * again    where anything was brought over, or could not be, or where the walk began less than a
 *          write's lease after this worker heard of the change: an upload that was under way may
 *          have been committed behind it
 * finished the directory is told, by the index of the change: a newer one stands
 * </pre>
 *
 * <p>An upload that takes longer than that, and parts of multipart uploads from before, stay in the
 * class they were written in, until the class is set once more. One task.
 */
public final class Recoder implements Worker {
    private static final int ROWS = 100;
    private static final int MOST_BUCKETS = 1_000;

    /** Up to half a GiB; then other workers, and the rest, have their turn. */
    private static final int SEGMENTS_A_STEP = 8;

    private static final Duration SEGMENT_WITHIN = Duration.ofSeconds(60);

    private static final Logger log = LoggerFactory.getLogger(Recoder.class);

    private final ObjectPorts ports;
    private final Leadership leadership;
    private final long settledNanos;
    private final Substitution substitution;
    private final UploadFinder finder;

    /** When this worker heard of each change that is not finished, by bucket. */
    private final Map<BucketId, Heard> heard = new HashMap<>();

    private @Nullable BucketId cursor;
    private @Nullable Walk walk;

    private record Heard(long classIndex, long nanos) {}

    /** One walk over a bucket, and where it is. */
    private static final class Walk {
        final BucketId bucket;
        final long classIndex;
        final long beganNanos;
        Bytes rowKey;
        Bytes after = Bytes.EMPTY;
        long afterOrder;

        /** The last part that has been seen to of the version behind {@link #after}. */
        int part;

        long recoded;
        long failed;

        Walk(BucketRecord bucket, long nowNanos) {
            this.bucket = bucket.id();
            classIndex = bucket.classIndex();
            beganNanos = nowNanos;
            rowKey = RowKeys.bucketPrefix(bucket.id());
        }
    }

    /**
     * @param settled how long uploads that began before a change may still come: a write's lease
     */
    public Recoder(ObjectPorts ports, Leadership leadership, Duration settled) {
        this.ports = ports;
        this.leadership = leadership;
        settledNanos = settled.toNanos();
        substitution = new Substitution(ports, new PeerHealth(ports.tasks().clock()));
        finder =
                new UploadFinder(
                        ports, new BucketGate(ports.directory(), ports.metadata(), ports.lease()));
    }

    @Override
    public String name() {
        return "recode";
    }

    @Override
    public Step step() throws InterruptedException {
        ports.lease().check();
        Walk now = walk;
        BucketRecord bucket = now == null ? null : stillMine(now);
        if (now == null || bucket == null) {
            walk = null;
            Optional<BucketRecord> next = nextBucket();
            if (next.isEmpty()) {
                return new Step.Idle("no bucket's class has changed");
            }
            walk = new Walk(next.get(), ports.tasks().clock().nanos());
            return new Step.Worked("bucket " + next.get().name() + ": a walk begins");
        }
        boolean more = page(now, bucket.storageClass());
        String progress =
                "bucket "
                        + bucket.name()
                        + ": "
                        + now.recoded
                        + " segments brought over to "
                        + bucket.storageClass()
                        + ", "
                        + now.failed
                        + " could not be";
        if (more) {
            return new Step.Worked(progress);
        }
        walk = null;
        return end(now) ? new Step.Worked(progress + ", finished") : new Step.Idle(progress);
    }

    private @Nullable BucketRecord stillMine(Walk now) {
        return ports.directory()
                .bucket(now.bucket)
                .filter(one -> one.recoding() && one.classIndex() == now.classIndex)
                .filter(this::isMine)
                .orElse(null);
    }

    private boolean isMine(BucketRecord bucket) {
        return bucket.state() == BucketRecord.State.ACTIVE
                && leadership.leadsFirstOf(bucket.id(), ports.directory());
    }

    /** The next of this node's whose class was changed, in turn. */
    private Optional<BucketRecord> nextBucket() {
        List<BucketRecord> page = ports.directory().buckets(cursor, MOST_BUCKETS);
        cursor = page.size() < MOST_BUCKETS ? null : page.getLast().id();
        heard.keySet()
                .removeIf(
                        id ->
                                ports.directory()
                                        .bucket(id)
                                        .filter(BucketRecord::recoding)
                                        .isEmpty());
        for (BucketRecord bucket : page) {
            if (bucket.recoding() && isMine(bucket)) {
                Heard before = heard.get(bucket.id());
                if (before == null || before.classIndex() != bucket.classIndex()) {
                    heard.put(
                            bucket.id(),
                            new Heard(bucket.classIndex(), ports.tasks().clock().nanos()));
                }
                cursor = bucket.id();
                return Optional.of(bucket);
            }
        }
        return Optional.empty();
    }

    /** True when the walk is finished for good. */
    private boolean end(Walk now) throws InterruptedException {
        Heard since = heard.get(now.bucket);
        boolean late = since != null && now.beganNanos - since.nanos() >= settledNanos;
        if (now.recoded > 0 || now.failed > 0 || !late) {
            return false;
        }
        Metadata.Applied _ =
                ports.metadata()
                        .execute(
                                new DirectoryCommand.FinishRecoding(now.bucket, now.classIndex),
                                0,
                                deadline());
        return true;
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + SEGMENT_WITHIN.toNanos();
    }

    /** Goes through the next rows; false at the bucket's end. */
    private boolean page(Walk now, String wanted) throws InterruptedException {
        Bytes end = RowKeys.bucketPrefix(now.bucket).prefixEnd();
        KeyRanges.Piece<PartitionAnswer> piece =
                new KeyRanges(ports.metadata(), ports.directory(), ports.tasks())
                        .ask(
                                now.rowKey,
                                end,
                                new PartitionQuery.ListKeys(
                                        now.bucket,
                                        Bytes.EMPTY,
                                        now.after,
                                        now.afterOrder,
                                        Bytes.EMPTY,
                                        true,
                                        ROWS),
                                deadline());
        if (!(piece.said() instanceof PartitionAnswer.Page found)) {
            throw new StoreException(ErrorCode.INTERNAL, "an unexpected answer: " + piece.said());
        }
        long before = now.recoded + now.failed;
        for (VersionRow row : found.rows()) {
            if (now.recoded + now.failed - before >= SEGMENTS_A_STEP
                    || !version(now, row, wanted)) {
                return true;
            }
            now.after = row.key();
            now.afterOrder = row.order();
            now.part = 0;
        }
        if (found.next().isEmpty()) {
            now.rowKey = piece.goesOn(end) ? piece.to() : now.rowKey;
            return piece.goesOn(end);
        }
        now.after = found.next();
        now.afterOrder = found.nextOrder();
        now.rowKey = RowKeys.objectKey(now.bucket, now.after);
        return true;
    }

    /** False where more of the version is left for the next step. */
    private boolean version(Walk now, VersionRow row, String wanted) throws InterruptedException {
        VersionBody body = row.body();
        if (body == null || !body.storageClass().isEmpty()) {
            return true;
        }
        return switch (body.placement()) {
            case Placement.Inline _ -> true;
            case Placement.Segments(List<SegmentRef> segments) -> {
                for (SegmentRef segment : segments) {
                    recode(now, row.key(), row.order(), segment, wanted);
                }
                yield true;
            }
            case Placement.Parts(long upload, int _) ->
                    parts(now, ObjectReader.ref(row, upload), wanted);
        };
    }

    /** One part a step: it may have thousands of segments' worth of bytes. */
    private boolean parts(Walk now, UploadRef upload, String wanted) throws InterruptedException {
        PartitionAnswer.PartPage page = finder.parts(upload, now.part, 1, deadline());
        for (PartRow part : page.rows()) {
            for (SegmentRef segment : finder.segments(upload, part.order(), deadline())) {
                recode(now, upload.key(), part.order(), segment, wanted);
            }
        }
        now.part = page.next();
        return page.next() == 0;
    }

    private void recode(Walk now, Bytes key, long order, SegmentRef segment, String wanted)
            throws InterruptedException {
        boolean there =
                ports.directory()
                        .placementGroup(segment.pg())
                        .map(PlacementGroup::storageClass)
                        .filter(wanted::equals)
                        .isPresent();
        if (there) {
            return;
        }
        ports.lease().check();
        try {
            boolean done =
                    substitution.recode(
                            new Substitution.Named(now.bucket, key, order, segment), deadline());
            now.recoded += done ? 1 : 0;
            now.failed += done ? 0 : 1;
        } catch (StoreException e) {
            // One that can't be read or written now is met again by the next walk.
            log.debug("segment {} is left to the next walk", segment.segment(), e);
            now.failed++;
        }
    }
}
