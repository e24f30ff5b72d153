package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.table.MemoryTable;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.WriteId;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Fakes and values that the tests of this package share. */
final class Groups {
    static final GroupId PARTITION = new GroupId(1);
    static final NodeId SELF = node(1);
    static final TenantId TENANT = new TenantId(new Id128(7, 7));
    static final BucketId BUCKET = new BucketId(42);

    private Groups() {}

    /** A clock whose wall time a test sets; time to wait by is the machine's. */
    static final class TestClock implements Clock {
        private final AtomicLong wallMillis = new AtomicLong(1_800_000_000_000L);

        @Override
        public long wallMillis() {
            return wallMillis.get();
        }

        void advance(long millis) {
            wallMillis.addAndGet(millis);
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        long in(int seconds) {
            return nanos() + TimeUnit.SECONDS.toNanos(seconds);
        }
    }

    static NodeId node(int number) {
        return new NodeId(new Id128(0, number));
    }

    static RaftPeer peer(int number) {
        return new RaftPeer("node" + number, 9002, 0);
    }

    static Optional<NodeId> nodeOf(RaftPeer peer) {
        return Optional.of(node(Integer.parseInt(peer.host().substring("node".length()))));
    }

    static Tasks tasks(Clock clock) {
        return new VirtualTasks(clock, (_, e) -> fault("a task", e));
    }

    /** A fault handler that tells. */
    static void fault(String component, Throwable cause) {
        System.getLogger(Groups.class.getName())
                .log(System.Logger.Level.ERROR, component + " failed", cause);
    }

    /** Reads on the caller's thread: the fake table needs no other. */
    static TableCalls inline(Tasks tasks) {
        return new TableCalls() {
            @Override
            public <T> Promise<T> submit(Supplier<T> call) {
                Promise<T> promise = tasks.promise();
                promise.complete(call.get());
                return promise;
            }
        };
    }

    /** Makes numbered shards, and counts them. */
    static final class CountedKeys implements ShardKeys {
        final AtomicInteger made = new AtomicInteger();

        /** What must have happened before a key is made. */
        final CountDownLatch before = new CountDownLatch(1);

        @Override
        public ShardGrant create(TenantId tenant) throws InterruptedException {
            before.await();
            int number = made.incrementAndGet();
            return new ShardGrant(
                    new ShardId(new Id128(number, number)), tenant, 1, Bytes.wrap(new byte[40]));
        }

        @Override
        public Bytes rewrap(ShardGrant from, Bytes wrapped, ShardGrant to, WriteId write) {
            return wrapped;
        }

        @Override
        public boolean same(
                ShardGrant before,
                Bytes wrappedBefore,
                ShardGrant now,
                Bytes wrappedNow,
                WriteId write) {
            return wrappedBefore.equals(wrappedNow);
        }
    }

    /** A partition of one replica over the whole range. */
    static final class OnePartition {
        final TestClock clock = new TestClock();
        final Tasks tasks = tasks(clock);
        final MemoryTable table = new MemoryTable(RandomSource.seeded(1), new HashMap<>());
        final GroupState state = new GroupState(PARTITION, table, GroupState.Listener.none());
        final FakeLog log = new FakeLog(tasks, state);
        final CountedKeys keys = new CountedKeys();

        final Metrics metrics = new Metrics();
        volatile boolean clockTrusted = true;
        final PartitionServer server =
                new PartitionServer(
                        new GroupServer.Wiring(
                                SELF,
                                PARTITION,
                                log,
                                table,
                                tasks,
                                inline(tasks),
                                () -> clockTrusted,
                                Groups::nodeOf,
                                () -> FeatureLevels.HIGHEST,
                                metrics),
                        keys,
                        () -> 5);
    }

    /** A cluster with one partition, one tenant and one bucket. */
    static List<DirectoryCommand> smallDirectory() {
        return List.of(
                new DirectoryCommand.InitCluster(
                        new Id128(9, 9),
                        "test",
                        "node",
                        List.of(new StorageClass("standard", new Scheme(1, 0, 1 << 18), true))),
                new DirectoryCommand.PutPartition(
                        new PartitionRecord(
                                PARTITION,
                                Bytes.EMPTY,
                                Bytes.EMPTY,
                                List.of(new PartitionRecord.Replica(SELF, 0)),
                                List.of(),
                                1)),
                new DirectoryCommand.PutTenant(
                        new TenantRecord(TENANT, "acme", "Acme", 1, Bytes.wrap(new byte[40]))),
                new DirectoryCommand.CreateBucket(
                        BUCKET, TENANT, "photos", "standard", BucketRecord.Versioning.OFF, 0));
    }

    static PartitionCommand.Init init() {
        return new PartitionCommand.Init(
                Bytes.EMPTY, Bytes.EMPTY, 0, List.of(KeyCopy.replica(SELF, 0)));
    }

    static PartitionCommand.OpenWrite openWrite(long number) {
        return new PartitionCommand.OpenWrite(
                write(number), BUCKET, Bytes.utf8("key-" + number), TENANT, 60_000);
    }

    static WriteId write(long number) {
        return new WriteId(new Id128(1, number));
    }

    static PartitionCommand.Commit commit(long number, Bytes key, ShardId shard, int inlineBytes) {
        return new PartitionCommand.Commit(
                write(number),
                BUCKET,
                key,
                TENANT,
                BucketRecord.Versioning.OFF,
                new Condition.Always(),
                new VersionBody(
                        inlineBytes,
                        "0123456789abcdef0123456789abcdef",
                        digest(number, 16),
                        digest(number, 32),
                        Bytes.wrap(new byte[64]),
                        shard,
                        Bytes.wrap(new byte[40]),
                        new VersionBody.Placement.Inline(Bytes.wrap(new byte[inlineBytes + 16]))));
    }

    private static Bytes digest(long seed, int length) {
        byte[] bytes = new byte[length];
        RandomSource.seeded(seed).fill(bytes);
        return Bytes.wrap(bytes);
    }
}
