package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.OpenShard;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.command.RandomValues;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A partition in memory for tests: proposes, decides and applies. Every command goes through its
 * codec first. Its clock goes a millisecond further with each.
 */
final class TestPartition {
    static final BucketId BUCKET = new BucketId(42);
    static final TenantId TENANT = new TenantId(new Id128(7, 7));
    static final long START_MILLIS = 1_800_000_000_000L;
    static final long LEASE_MILLIS = 60_000;
    static final Scheme SCHEME = new Scheme(2, 1, Scheme.DEFAULT_CELL_BYTES);

    /** Above what commands of it were checked at. */
    static final long FENCE = 20;

    static final KeyCopy REPLICA = KeyCopy.replica(new NodeId(new Id128(3, 3)), 0);

    private static final String SINK = "sink";

    final MapRows rows;
    private @Nullable RandomValues listener;
    final RandomValues random;
    long millis = START_MILLIS;
    long checkedAt = 10;
    ShardId shard;

    TestPartition(long seed) {
        this(seed, Bytes.EMPTY, Bytes.EMPTY);
    }

    /** The other half of one that was split. */
    TestPartition(TestPartition parent, MapRows rows) {
        this.rows = rows;
        random = new RandomValues(parent.millis);
        millis = parent.millis;
        shard = openShard();
    }

    TestPartition(long seed, Bytes from, Bytes to) {
        rows = new MapRows();
        random = new RandomValues(seed);
        done(new PartitionCommand.Init(from, to, 0, List.of(REPLICA)));
        shard = openShard();
    }

    PartitionReply execute(PartitionCommand command) {
        PartitionCommand told = noted(command);
        millis++;
        return execute(new Stamp(millis, checkedAt, 0, FeatureLevels.HIGHEST), told);
    }

    /** From now on somebody wants to hear of some changes, and now and then hears some. */
    void tell(long seed) {
        listener = new RandomValues(seed);
    }

    private PartitionCommand noted(PartitionCommand command) {
        RandomValues listens = listener;
        boolean tells =
                command instanceof Commit
                        || command instanceof Delete
                        || command instanceof PartitionCommand.CompleteUpload;
        if (listens == null || !tells || listens.coin()) {
            return command;
        }
        if (listens.below(8) == 0) {
            hear();
        }
        List<EventNote.Wanted> wanted = new ArrayList<>();
        for (EventNote.Happened one : EventNote.Happened.values()) {
            wanted.add(new EventNote.Wanted(one, one.name(), SINK, "c"));
        }
        return new PartitionCommand.Noted(command, new EventNote("b", TENANT, "p", wanted));
    }

    private void hear() {
        List<Long> waiting =
                ((PartitionAnswer.EventPage) ask(new PartitionQuery.Events(SINK, TENANT, 5)))
                        .rows().stream().map(EventRow::sequence).toList();
        if (!waiting.isEmpty()) {
            done(new PartitionCommand.Delivered(SINK, TENANT, waiting));
        }
    }

    PartitionReply execute(Stamp stamp, PartitionCommand command) {
        CommandCodec.PartitionEntry entry =
                CommandCodec.decodePartition(CommandCodec.encode(stamp, command));
        Decision<PartitionReply> decision =
                PartitionState.decide(rows, entry.stamp(), entry.command());
        rows.apply(decision.changes());
        return decision.reply();
    }

    void done(PartitionCommand command) {
        assertThat(execute(command)).isEqualTo(new PartitionReply.Done());
    }

    PartitionAnswer ask(PartitionQuery query) {
        return PartitionState.answer(rows, query);
    }

    PartitionAnswer.Figures figures() {
        return (PartitionAnswer.Figures) ask(new PartitionQuery.Summary());
    }

    ShardGrant grant(TenantId tenant) {
        return new ShardGrant(random.shard(), tenant, 1, random.bytes(40, 40));
    }

    ShardId openShard() {
        ShardGrant grant = grant(TENANT);
        done(new OpenShard(grant));
        return grant.shard();
    }

    VersionBody inline(int sizeBytes) {
        return body(sizeBytes, new Placement.Inline(random.bytes(sizeBytes + 16, sizeBytes + 16)));
    }

    /** A segment with all its chunks. */
    SegmentRef segment() {
        return segment(0);
    }

    SegmentRef segment(long missing) {
        return new SegmentRef(
                new SegmentId(random.id()),
                new PgId(1 + random.below(3)),
                1,
                missing == 0 ? SCHEME : new Scheme(2, 2, SCHEME.cellBytes()),
                1 + random.below(1_000),
                missing);
    }

    VersionBody segments(SegmentRef... segments) {
        return segments(List.of(segments));
    }

    VersionBody segments(List<SegmentRef> segments) {
        long size = segments.stream().mapToLong(SegmentRef::lengthBytes).sum();
        return body(size, new Placement.Segments(segments));
    }

    private VersionBody body(long sizeBytes, Placement placement) {
        return new VersionBody(
                sizeBytes,
                "etag-" + random.below(1_000),
                random.bytes(16, 16),
                random.bytes(32, 32),
                random.bytes(0, 20),
                shard,
                random.bytes(40, 40),
                placement);
    }

    WriteId open(String key) {
        WriteId write = random.write();
        PartitionReply reply =
                execute(new OpenWrite(write, BUCKET, Bytes.utf8(key), TENANT, LEASE_MILLIS));
        assertThat(reply).isInstanceOf(PartitionReply.WriteOpened.class);
        return write;
    }

    static Commit commit(WriteId write, String key, Versioning versioning, VersionBody body) {
        return new Commit(
                write, BUCKET, Bytes.utf8(key), TENANT, versioning, new Condition.Always(), body);
    }

    /** Commits a small object inline. */
    Committed put(String key, Versioning versioning) {
        return committed(commit(random.write(), key, versioning, inline(10)));
    }

    /** Opens a write and commits segments under it. */
    Committed put(String key, Versioning versioning, SegmentRef... segments) {
        WriteId write = open(key);
        return committed(commit(write, key, versioning, segments(segments)));
    }

    private Committed committed(Commit commit) {
        Committed committed = (Committed) execute(commit);
        if (committed.shardFull()) {
            shard = openShard();
        }
        return committed;
    }

    static Delete delete(WriteId request, String key, Versioning versioning, Which which) {
        return new Delete(
                request,
                BUCKET,
                Bytes.utf8(key),
                TENANT,
                versioning,
                which,
                new Condition.Always());
    }

    Deleted delete(String key, Versioning versioning, Which which) {
        return (Deleted) execute(delete(random.write(), key, versioning, which));
    }

    @Nullable VersionRow find(String key, Which which) {
        return ((PartitionAnswer.Found)
                        ask(new PartitionQuery.Find(BUCKET, Bytes.utf8(key), which)))
                .row();
    }

    @Nullable VersionRow current(String key) {
        return find(key, new Which.Current());
    }

    /** Orders of all versions and markers of the bucket, as listed: by key, newest first. */
    List<Long> orders() {
        PartitionAnswer.Page page =
                (PartitionAnswer.Page)
                        ask(
                                new PartitionQuery.ListKeys(
                                        BUCKET,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        0,
                                        Bytes.EMPTY,
                                        true,
                                        PartitionQuery.MOST_ROWS));
        return page.rows().stream().map(VersionRow::order).toList();
    }

    List<SegmentId> garbage() {
        PartitionAnswer.GarbagePage page =
                (PartitionAnswer.GarbagePage)
                        ask(
                                new PartitionQuery.Garbage(
                                        null, Long.MAX_VALUE, PartitionQuery.MOST_ROWS));
        return new ArrayList<>(page.rows().stream().map(one -> one.segment().segment()).toList());
    }
}
