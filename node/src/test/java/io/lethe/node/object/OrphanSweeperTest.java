package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.DiskLoad;
import io.lethe.node.chunk.FakeChunkStore;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chunks of one device, and two partitions that say of each write what the test has laid down. */
final class OrphanSweeperTest {
    private static final DeviceId DEVICE = new DeviceId(new Id128(0, 9));
    private static final BucketId LOW = new BucketId(1);
    private static final BucketId HIGH = new BucketId(2);

    private final ManualTasks tasks = new ManualTasks();
    private final FakeChunkStore store =
            new FakeChunkStore(DEVICE, tasks.clock(), RandomSource.seeded(1));
    private final Partitions partitions = new Partitions();
    private final ObjectPorts ports =
            TestPorts.of(tasks, partitions.directory.copy(), partitions, () -> {});
    private final OrphanSweeper sweeper = new OrphanSweeper(ports, new Devices(), DEVICE);
    private int chunks;

    /** Two partitions, one for each bucket. */
    private static final class Partitions implements Metadata {
        private final MemoryDirectory directory = new MemoryDirectory();
        private final Map<WriteId, WriteState> states = new HashMap<>();
        private final List<WriteId> closed = new ArrayList<>();
        private final Set<BucketId> away = new HashSet<>();
        private int asked;

        void bear() {
            directory.bear();
            Bytes one = RowKeys.bucketPrefix(LOW);
            Bytes other = RowKeys.bucketPrefix(HIGH);
            Bytes between = one.compareTo(other) < 0 ? other : one;
            put(new GroupId(1), Bytes.EMPTY, between);
            put(new GroupId(2), between, Bytes.EMPTY);
        }

        private void put(GroupId id, Bytes from, Bytes to) {
            var voter = new PartitionRecord.Replica(new NodeId(new Id128(0, 1)), 0);
            var record = new PartitionRecord(id, from, to, List.of(voter), List.of(), 1);
            var _ = directory.execute(new DirectoryCommand.PutPartition(record), 1, 0);
        }

        private void serve(Bytes rowKey) {
            asked++;
            if (away.contains(RowKeys.bucketOf(rowKey))) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "no leader; try again");
            }
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public PartitionReply executeIn(
                GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
            PartitionCommand.InRange ranged = (PartitionCommand.InRange) command;
            serve(ranged.from());
            closed.add(((PartitionCommand.CloseWrite) ranged.command()).write());
            return new PartitionReply.WriteEnded(false);
        }

        @Override
        public PartitionAnswer queryIn(
                GroupId partition, PartitionQuery query, long deadlineNanos) {
            PartitionQuery.InRange ranged = (PartitionQuery.InRange) query;
            serve(ranged.from());
            return new PartitionAnswer.WriteStates(
                    ((PartitionQuery.SegmentStates) ranged.query())
                            .asks().stream()
                                    .map(ask -> states.getOrDefault(ask.write(), WriteState.OPEN))
                                    .map(one -> new PartitionAnswer.SegmentState(one, null))
                                    .toList());
        }

        @Override
        public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Applied execute(DirectoryCommand command, long controllerEpoch, long deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void catchUpDirectory(long deadlineNanos) {}
    }

    /** The one device, without a pool. */
    private final class Devices implements LocalDevices {
        private <T> Promise<T> done(Supplier<T> call) {
            Promise<T> promise = tasks.promise();
            promise.complete(call.get());
            return promise;
        }

        @Override
        public List<DeviceId> ids() {
            return List.of(DEVICE);
        }

        @Override
        public Promise<List<ChunkStore.ChunkInfo>> unresolved(
                DeviceId device,
                ChunkStore.@Nullable ChunkInfo after,
                long beforeMillis,
                int limit) {
            return done(() -> store.unresolved(after, beforeMillis, limit));
        }

        @Override
        public Promise<Boolean> resolve(DeviceId device, List<ChunkKey> keys) {
            return done(
                    () -> {
                        store.resolve(keys);
                        return true;
                    });
        }

        @Override
        public Promise<Boolean> delete(DeviceId device, ChunkKey key) {
            return done(
                    () -> {
                        store.delete(key);
                        return true;
                    });
        }

        @Override
        public Promise<List<ChunkStore.ChunkInfo>> list(
                DeviceId device, PgId pg, @Nullable ChunkKey after, int limit) {
            return done(() -> store.list(pg, after, limit));
        }

        @Override
        public Promise<List<PgId>> groups(DeviceId device) {
            return done(store::groups);
        }

        @Override
        public DiskLoad load(DeviceId device) {
            return new DiskLoad(tasks.clock());
        }

        @Override
        public Promise<List<ChunkKey>> damaged(DeviceId device, int limit) {
            return done(() -> store.damaged(limit));
        }

        @Override
        public Promise<ChunkStore.Verdict> verify(DeviceId device, ChunkKey key) {
            return done(() -> store.verify(key));
        }
    }

    @BeforeEach
    void bear() {
        partitions.bear();
    }

    /** Stores a chunk of a write of its own. */
    private ChunkKey chunk(BucketId bucket, WriteState state) {
        WriteId write = new WriteId(new Id128(5, ++chunks));
        ChunkKey key = new ChunkKey(new PgId(1), new SegmentId(new Id128(6, chunks)), 0);
        ChunkStore.Writer writer =
                store.create(new ChunkHeader(key, 1, write, RowKeys.bucketPrefix(bucket), 1, 4096));
        writer.append(new byte[1], 0, 1);
        writer.finish();
        partitions.states.put(write, state);
        return key;
    }

    private void grow() {
        tasks.spend(ports.settings().orphanAge().plus(Duration.ofSeconds(1)).toNanos());
    }

    private List<ChunkKey> unresolved() {
        return store.unresolved(Long.MAX_VALUE, 10_000).stream()
                .map(ChunkStore.ChunkInfo::key)
                .toList();
    }

    private List<ChunkKey> stored() {
        return store.list(null, null, 10_000).stream().map(ChunkStore.ChunkInfo::key).toList();
    }

    @Test
    void everyChunkIsSettledByHowItsWriteEnded() throws Exception {
        ChunkKey open = chunk(LOW, WriteState.OPEN);
        ChunkKey committed = chunk(LOW, WriteState.COMMITTED);
        ChunkKey _ = chunk(LOW, WriteState.CLOSED);
        ChunkKey _ = chunk(LOW, WriteState.UNKNOWN);
        grow();
        ChunkKey young = chunk(LOW, WriteState.CLOSED);
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("3 of 4 chunks settled"));
        assertThat(stored()).containsExactly(open, committed, young);
        assertThat(unresolved()).containsExactly(open, young);
        assertThat(partitions.closed).containsExactly(new WriteId(new Id128(5, 4)));
        assertThat(sweeper.step()).isEqualTo(new Step.Idle("0 of 1 chunks settled"));
    }

    @Test
    void chunksThatMustStayKeepNoOrphansBehindThem() throws Exception {
        List<ChunkKey> kept = new ArrayList<>();
        for (int i = 0; i < 2 * OrphanSweeper.BATCH + 7; i++) {
            kept.add(chunk(LOW, WriteState.OPEN));
        }
        tasks.spend(Duration.ofMillis(1).toNanos());
        ChunkKey _ = chunk(LOW, WriteState.CLOSED);
        grow();
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("0 of 256 chunks settled"));
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("0 of 256 chunks settled"));
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("1 of 8 chunks settled"));
        assertThat(stored()).containsExactlyInAnyOrderElementsOf(kept);
        // It comes round: a write that ends later is settled, and there is a pause in each round.
        partitions.states.put(new WriteId(new Id128(5, 1)), WriteState.CLOSED);
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("1 of 256 chunks settled"));
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("0 of 256 chunks settled"));
        assertThat(sweeper.step()).isEqualTo(new Step.Idle("0 of 7 chunks settled"));
    }

    @Test
    void aPartitionThatIsAwayKeepsNoOthersOrphansAndIsAskedOncePerStep() throws Exception {
        for (int i = 0; i < OrphanSweeper.BATCH; i++) {
            ChunkKey _ = chunk(LOW, WriteState.CLOSED);
        }
        tasks.spend(Duration.ofMillis(1).toNanos());
        ChunkKey _ = chunk(HIGH, WriteState.CLOSED);
        ChunkKey late = chunk(LOW, WriteState.CLOSED);
        grow();
        partitions.away.add(LOW);
        assertThatThrownBy(sweeper::step)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(partitions.asked).isEqualTo(1);
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("1 of 2 chunks settled"));
        assertThat(stored()).hasSize(OrphanSweeper.BATCH + 1).contains(late);
        partitions.away.clear();
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("256 of 256 chunks settled"));
        assertThat(sweeper.step()).isEqualTo(new Step.Worked("1 of 1 chunks settled"));
        assertThat(stored()).isEmpty();
    }
}
