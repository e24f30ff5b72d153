package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A question to a partition, answered by its leader's table after a read-index round. */
public sealed interface PartitionQuery {
    /** Most rows in a page. */
    int MOST_ROWS = 1_000;

    /** Answer: {@link PartitionAnswer.Found}. */
    record Find(BucketId bucket, Bytes key, PartitionCommand.Which which)
            implements PartitionQuery {}

    /**
     * One page of a bucket's keys, in order. Only this partition's range is walked: a page with
     * {@code next} at the range's end goes on in the next partition.
     *
     * @param after exclusive; a key, or a common prefix (then everything under it is passed over)
     * @param afterOrder with versions: pass over versions of {@code after} at or newer than this;
     *     0: all
     * @param delimiter empty for none
     * @param versions true: all versions and delete markers; false: current objects
     */
    record ListKeys(
            BucketId bucket,
            Bytes prefix,
            Bytes after,
            long afterOrder,
            Bytes delimiter,
            boolean versions,
            int limit)
            implements PartitionQuery {}

    /**
     * Whether a version, marker or open write of the bucket is left here. Uploads do not count:
     * whoever deletes a bucket aborts them.
     */
    record BucketEmpty(BucketId bucket) implements PartitionQuery {}

    /** The tenant's open shard. Answer: {@link PartitionAnswer.Shard}. */
    record OpenShardOf(TenantId tenant) implements PartitionQuery {}

    /**
     * How the writes of stored chunks stand; answer: {@link PartitionAnswer.WriteStates}. A write
     * that committed without the segment, or whose version names another segment by now, counts as
     * {@code CLOSED} for it: no committed version names the chunk.
     */
    record SegmentStates(List<SegmentAsk> asks) implements PartitionQuery {
        public SegmentStates {
            asks = List.copyOf(asks);
        }
    }

    /** A chunk's write and segment, as its extent header says. */
    record SegmentAsk(WriteId write, SegmentId segment) {}

    /** Segments to reclaim, made garbage before {@code beforeMillis} of the state's time. */
    record Garbage(@Nullable Bytes after, long beforeMillis, int limit) implements PartitionQuery {}

    /** Segments with missing chunks, oldest first. */
    record Underprotected(@Nullable Bytes after, int limit) implements PartitionQuery {}

    /** Closed shards, and open ones past their fill, with their live holders counted. */
    record Shards(@Nullable ShardId after, int limit) implements PartitionQuery {}

    /** Every live holder of a shard, with its wrapped data key. */
    record ShardHolders(ShardId shard) implements PartitionQuery {}

    /** Data keys moved out of a shard that no other replica has confirmed. */
    record MovedFrom(ShardId shard) implements PartitionQuery {}

    /** Copies of the key file, by kind, node and number. */
    record KeyCopies(@Nullable Bytes after, int limit) implements PartitionQuery {}

    /** Figures. */
    record Summary() implements PartitionQuery {}

    /** What is about ranges and their division. */
    sealed interface OfSplit extends PartitionQuery {}

    /**
     * A question about all of a range: answered NotInRange by a partition that has not all of it.
     *
     * @param from row key, inclusive
     * @param to exclusive; empty: to the end
     * @param query no other of this kind
     */
    record InRange(Bytes from, Bytes to, PartitionQuery query) implements OfSplit {
        public InRange {
            if (query instanceof InRange) {
                throw new IllegalArgumentException("a range within a range");
            }
        }
    }

    /** How far a split has come. Answer: {@link PartitionAnswer.SplitStanding}. */
    record SplitState() implements OfSplit {}

    /**
     * The shortest separator that puts objects below {@code at} on one side and the others on the
     * other. Answer: {@link PartitionAnswer.SeparatorFound}.
     *
     * @param at an object's row key, whether the object is there or not
     */
    record FindSeparator(Bytes at) implements OfSplit {}

    /**
     * Some of the objects' row keys, evenly spaced. Answer: {@link PartitionAnswer.KeySample}.
     *
     * @param after null: from the beginning
     */
    record SampleKeys(@Nullable Bytes after) implements OfSplit {
        /** Objects from one key of a sample to the next. */
        public static final int STRIDE = 8;

        /** Objects that are walked for one answer: some milliseconds. */
        public static final int MOST_WALKED = 8_000;
    }

    /** What is about merges. */
    sealed interface OfMerge extends PartitionQuery {}

    /** Whether it may be merged, or is. Answer: {@link PartitionAnswer.MergeStanding}. */
    record MergeState() implements OfMerge {}

    /**
     * What a partition without objects hands on. Answer: {@link PartitionAnswer.LegacyPage}.
     *
     * @param after as the last answer said; null: from the beginning
     */
    record FindLegacy(@Nullable Bytes after, int limit) implements OfMerge {}

    /**
     * Whether this one has taken another's range over. Answer: {@link
     * PartitionAnswer.ReceiptFound}.
     */
    record FindReceipt(GroupId giver) implements OfMerge {}

    /** What is about multipart uploads. */
    sealed interface OfUpload extends PartitionQuery {}

    /** Answer: {@link PartitionAnswer.UploadFound}. */
    record FindUpload(UploadRef upload) implements OfUpload {}

    /**
     * One page of a bucket's uploads by key, then by time. Only this partition's range is walked.
     * Answer: {@link PartitionAnswer.UploadPage}.
     *
     * @param after exclusive; a key, or a common prefix
     * @param afterOrder 0: past all uploads of {@code after}; else those of it that began later
     */
    record ListUploads(
            BucketId bucket, Bytes prefix, Bytes after, long afterOrder, Bytes delimiter, int limit)
            implements OfUpload {}

    /**
     * Parts by number, of an upload or of a version made of one. Answer: {@link
     * PartitionAnswer.PartPage}.
     *
     * @param after exclusive
     */
    record ListParts(UploadRef upload, int after, int limit) implements OfUpload {}

    /**
     * The segments of a version made of parts, from the part on that holds {@code offsetBytes}.
     * Answer: {@link PartitionAnswer.SegmentPage}.
     *
     * @param limit segments, and at least one part's
     */
    record SegmentsAt(UploadRef upload, long offsetBytes, int limit) implements OfUpload {}

    /** The segments of one part, by its order. Answer: {@link PartitionAnswer.SegmentPage}. */
    record SegmentsOfPart(BucketId bucket, Bytes key, long order) implements OfUpload {}

    /** Where a part lies in a version. Answer: {@link PartitionAnswer.PartSpan}. */
    record FindPart(UploadRef upload, int number) implements OfUpload {}

    /** Parts that are next to be hashed. Answer: {@link PartitionAnswer.HashPage}. */
    record HashWork(@Nullable Bytes after, int limit) implements OfUpload {}

    /**
     * How far the hashes over an upload's first parts have come. Answer: {@link
     * PartitionAnswer.MidstateFound}.
     *
     * @param through the last part of interest
     */
    record FindMidstate(UploadRef upload, int through) implements OfUpload {}

    /**
     * How far the hashes over an upload's first parts lag behind the parts that are there. Answer:
     * {@link PartitionAnswer.HashLag}.
     */
    record FindHashLag(UploadRef upload) implements OfUpload {}

    /**
     * The data key under which a version's, an upload's or a part's segments are, by its order.
     * Answer: {@link PartitionAnswer.KeyFound}.
     */
    record DataKey(BucketId bucket, Bytes key, long order) implements OfUpload {}

    /** What is about the index of changes. */
    sealed interface OfChange extends PartitionQuery {}

    /**
     * What was made in a bucket, by time: versions, delete markers and uploads that are there
     * still, each with the versions around it. Answer: {@link PartitionAnswer.ChangePage}.
     *
     * @param from order, inclusive
     * @param to order, exclusive
     * @param prefix of keys; others are passed over
     * @param depth how many versions are counted above one, and how many below it are shown beyond
     *     the first; at most {@link #MOST_DEPTH}
     */
    record Changes(BucketId bucket, long from, long to, Bytes prefix, int depth, int limit)
            implements OfChange {
        /** S3 keeps up to 100 newer noncurrent versions, and one is current. */
        public static final int MOST_DEPTH = 101;

        /** Rows that are looked at in one answer, shown or passed over. */
        public static final int MOST_LOOKED_AT = 20_000;
    }

    /** Progress that was saved, by bucket. Answer: {@link PartitionAnswer.ProgressPage}. */
    record SavedProgress(PartitionCommand.Walk walk, @Nullable Bytes after, int limit)
            implements OfChange {}

    /** What is about events that wait for sinks. */
    sealed interface OfEvents extends PartitionQuery {}

    /**
     * One tenant's events that wait for a sink, the oldest first. Answer: {@link
     * PartitionAnswer.EventPage}.
     */
    record Events(String sink, TenantId owner, int limit) implements OfEvents {}

    /**
     * Whose events wait for a sink, or have been dropped. Answer: {@link
     * PartitionAnswer.WaitingPage}.
     *
     * @param sink empty: of every sink
     */
    record Waiters(String sink, @Nullable Bytes after, int limit) implements OfEvents {}
}
