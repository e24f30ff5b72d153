package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a {@link PartitionQuery}. */
public sealed interface PartitionAnswer {
    /**
     * @param row null when there is no such version; a current delete marker is a row without a
     *     body
     * @param shard what opens the row's data key; null for delete markers
     */
    record Found(@Nullable VersionRow row, @Nullable ShardGrant shard) implements PartitionAnswer {}

    /**
     * A page of a listing.
     *
     * @param rows current objects, or all versions, without inline bytes
     * @param isLatest for each row, whether it is the key's newest
     * @param prefixes common prefixes, each once; rows and prefixes together at most the limit
     * @param next where the page ended: pass as {@code after}; empty when the range is done
     * @param nextOrder pass as {@code afterOrder}
     */
    record Page(
            List<VersionRow> rows,
            List<Boolean> isLatest,
            List<Bytes> prefixes,
            Bytes next,
            long nextOrder)
            implements PartitionAnswer {}

    /**
     * The key or range asked about lies outside this partition: the asker's map is old. Handled by
     * the routing below {@link io.lethe.node.metadata.Metadata}.
     */
    record NotInRange() implements PartitionAnswer {}

    record Empty(boolean empty) implements PartitionAnswer {}

    /** Null when the leader must open one first. */
    record Shard(@Nullable ShardGrant grant) implements PartitionAnswer {}

    /** In the order asked. */
    record WriteStates(List<SegmentState> states) implements PartitionAnswer {}

    /**
     * How a chunk's write stands.
     *
     * @param segment as its version names it; null unless {@code COMMITTED}
     */
    record SegmentState(WriteState state, @Nullable SegmentRef segment) {}

    /**
     * How a write stands. {@code UNKNOWN}: never opened, or ended so long ago that it was
     * forgotten.
     */
    enum WriteState {
        UNKNOWN,
        OPEN,
        COMMITTED,
        CLOSED
    }

    /**
     * @param next pass as {@code after}; null when done
     */
    record GarbagePage(List<GarbageRow> rows, @Nullable Bytes next) implements PartitionAnswer {}

    /** A segment to reclaim. */
    record GarbageRow(Bytes garbageKey, SegmentRef segment, long sinceMillis) {}

    record UnderprotectedPage(List<UnderprotectedRow> rows, @Nullable Bytes next)
            implements PartitionAnswer {}

    /** A segment with missing chunks. */
    record UnderprotectedRow(
            Bytes rowKey,
            BucketId bucket,
            Bytes key,
            long order,
            WriteId write,
            SegmentRef segment,
            long sinceMillis) {}

    record ShardPage(List<ShardFigures> shards) implements PartitionAnswer {}

    /**
     * A shard's fill: versions ever wrapped under it, and those still live.
     *
     * @param straddling whether another partition has versions under it too
     */
    record ShardFigures(
            ShardGrant grant, boolean open, int wrapped, int live, boolean straddling) {}

    record Holders(@Nullable ShardGrant grant, List<Holder> holders) implements PartitionAnswer {}

    /** A version whose data key a shard wraps. */
    record Holder(BucketId bucket, Bytes key, long order, WriteId write, Bytes wrappedKey) {}

    /**
     * @param from null when this replica lacks the slot
     */
    record MovedKeys(@Nullable ShardGrant from, List<MovedKey> keys) implements PartitionAnswer {}

    /**
     * A data key under two shards. A version that was deleted meanwhile is left out.
     *
     * @param now the shard that wraps it today, with an empty key where this replica lacks its slot
     */
    record MovedKey(WriteId write, Bytes wrappedBefore, ShardGrant now, Bytes wrappedNow) {}

    /**
     * @param next pass as {@code after}; null when done
     */
    record KeyCopyPage(List<KeyCopyRow> rows, @Nullable Bytes next) implements PartitionAnswer {}

    /**
     * A copy of the key file.
     *
     * @param wipedMillis when its wipe was recorded; 0: it is not wiped
     */
    record KeyCopyRow(KeyCopy copy, long sinceMillis, long wipedMillis) {}

    /** A partition's figures. */
    record Figures(
            Bytes from,
            Bytes to,
            long versions,
            long bytes,
            long openWrites,
            long garbageSegments,
            long garbageBytes,
            long underprotected,
            long oldestUnderprotectedMillis,
            long fence,
            long stateMillis)
            implements PartitionAnswer {}

    /** What is about ranges and their division. */
    sealed interface OfSplit extends PartitionAnswer {}

    /**
     * How far a split has come.
     *
     * @param pendingChild that is not known to be durable; 0: none
     * @param phase of the sweep; 0: there is nothing to sweep
     */
    record SplitStanding(int pendingChild, int phase) implements OfSplit {}

    /**
     * @param separator null: none is to be had there
     */
    record SeparatorFound(@Nullable Bytes separator) implements OfSplit {}

    /**
     * Object keys that lie {@link PartitionQuery.SampleKeys#STRIDE} objects apart.
     *
     * @param next null: the range's end was reached
     */
    record KeySample(List<Bytes> keys, @Nullable Bytes next) implements OfSplit {
        public KeySample {
            keys = List.copyOf(keys);
        }
    }

    /** What is about merges. */
    sealed interface OfMerge extends PartitionAnswer {}

    /**
     * Whether a partition may be merged.
     *
     * @param from the range that it has
     * @param givenUpSince the merge for which it gave that range up; 0: it has it
     * @param occupied why its range can't be given up; empty: it can
     */
    record MergeStanding(Bytes from, Bytes to, long givenUpSince, String occupied)
            implements OfMerge {}

    /**
     * @param next where to go on; null: that was the last
     */
    record LegacyPage(Legacy legacy, @Nullable Bytes next) implements OfMerge {}

    /**
     * @param receipt what whoever takes that range over again must know, at least; null: it was
     *     never taken over here
     */
    record ReceiptFound(@Nullable MergeReceipt receipt) implements OfMerge {}

    /** What is about multipart uploads. */
    sealed interface OfUpload extends PartitionAnswer {}

    /**
     * @param row null when there is no such upload under way
     * @param shard what opens its data key
     * @param completedOrder of the version that it became; 0 for none
     */
    record UploadFound(@Nullable UploadRow row, @Nullable ShardGrant shard, long completedOrder)
            implements OfUpload {}

    /**
     * @param rows without what only writers need
     * @param next pass as {@code after}; empty when the range is done
     * @param nextOrder pass as {@code afterOrder}
     */
    record UploadPage(List<UploadRow> rows, List<Bytes> prefixes, Bytes next, long nextOrder)
            implements OfUpload {}

    /**
     * @param rows without segments
     * @param next pass as {@code after}; 0 when done
     */
    record PartPage(List<PartRow> rows, int next) implements OfUpload {}

    /**
     * @param startBytes where the first of them begins in the version, or 0 in a part
     * @param segments none where the offset lies behind the end, or the version or part is gone
     */
    record SegmentPage(long startBytes, List<SegmentRef> segments) implements OfUpload {
        /** In a page: what the limit allows, and the part that passes it. */
        public static final int MOST_SEGMENTS = PartitionQuery.MOST_ROWS + PartBody.MOST_SEGMENTS;
    }

    /**
     * @param found false when the version has no such part
     */
    record PartSpan(boolean found, long startBytes, long lengthBytes) implements OfUpload {}

    /**
     * @param next pass as {@code after}; null when done
     */
    record HashPage(List<HashItem> items, @Nullable Bytes next) implements OfUpload {}

    /**
     * Parts that follow each other and are there, without their segments: 1 to {@link #MOST_PARTS}.
     *
     * @param before the midstate at the beginning of the first; empty at part 1
     */
    record HashItem(UploadRef upload, List<PartRow> parts, Bytes before) {
        /** In an item; 320 MiB of the smallest parts that an upload can be completed with. */
        public static final int MOST_PARTS = 64;

        public HashItem {
            parts = List.copyOf(parts);
        }
    }

    /**
     * @param number the last part that is hashed; 0 for none
     * @param bytes of the parts that are there and follow it, of {@link HashItem#MOST_PARTS} at
     *     most
     */
    record HashLag(int number, long bytes) implements OfUpload {}

    /**
     * @param number the last part that is hashed; 0 for none
     */
    record MidstateFound(int number, Bytes midstate) implements OfUpload {}

    /** Null where nothing is, or where this replica lacks the slot. */
    record KeyFound(@Nullable WrappedKey key, @Nullable ShardGrant shard) implements OfUpload {}

    /**
     * @param write the identity in associated data
     */
    record WrappedKey(WriteId write, TenantId tenant, Bytes wrappedKey) {}

    /** What is about the index of changes. */
    sealed interface OfChange extends PartitionAnswer {}

    /**
     * @param next pass as {@code from}: everything before it was looked at, and nothing will come
     *     before it any more
     * @param done whether there is no more yet
     * @param stateMillis the state's time: what is old is so by it, and not by any one node's clock
     */
    record ChangePage(List<ChangeRow> rows, long next, boolean done, long stateMillis)
            implements OfChange {
        public ChangePage {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Something that was made.
     *
     * @param upload the write id of an upload; null for a version
     * @param newer versions of the key above it, counted to {@code depth + 1}
     * @param versions itself, then those below it, newest first: at most {@code depth + 2}; none of
     *     an upload
     */
    record ChangeRow(
            Bytes key, long order, @Nullable WriteId upload, int newer, List<Brief> versions) {
        public ChangeRow {
            versions = List.copyOf(versions);
        }
    }

    /**
     * What is said of a version in passing.
     *
     * @param sizeBytes {@link #MARKER} for a delete marker
     */
    record Brief(long order, long createdMillis, long sizeBytes) {
        public static final long MARKER = -1;

        public boolean isMarker() {
            return sizeBytes == MARKER;
        }
    }

    /**
     * @param next pass as {@code after}; null when done
     */
    record ProgressPage(List<BucketProgress> list, @Nullable Bytes next) implements OfChange {
        public ProgressPage {
            list = List.copyOf(list);
        }
    }

    record BucketProgress(BucketId bucket, Bytes progress) {}

    /** What is about events that wait for sinks. */
    sealed interface OfEvents extends PartitionAnswer {}

    /**
     * @param waiting events of the sink and the tenant in this partition
     * @param dropped so far, since too many waited
     */
    record EventPage(List<EventRow> rows, long waiting, long dropped) implements OfEvents {
        public EventPage {
            rows = List.copyOf(rows);
        }
    }

    /**
     * @param next pass as {@code after}; null when done
     */
    record WaitingPage(List<Waiting> list, @Nullable Bytes next) implements OfEvents {
        public WaitingPage {
            list = List.copyOf(list);
        }
    }

    /** How many events of one tenant's wait for one sink in a partition, and were dropped. */
    record Waiting(String sink, TenantId owner, long waiting, long dropped) {}
}
