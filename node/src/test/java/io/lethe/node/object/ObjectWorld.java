package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.erasure.kernel.Kernels;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.QueryCodec;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.PartitionInvariants;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.Ticket;
import io.lethe.node.model.UserRecord;
import io.lethe.node.model.WriteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An object path with everything below it in memory and without faults: one partition, one
 * placement group of 2+1, the real state machines, the real cipher and code. Small parts.
 */
public final class ObjectWorld {
    public static final Caller CALLER = new Caller(new TenantId(new Id128(5, 5)), "AK", false);
    public static final String PLAIN = "plain";
    public static final String VERSIONED = "versioned";
    public static final String LOCKED = "locked";
    static final long LEAST_PART_BYTES = 1_000;
    public static final GroupId PARTITION = new GroupId(1);
    private static final Scheme SCHEME = new Scheme(2, 1, Scheme.LEAST_CELL_BYTES);

    public final Partition metadata = new Partition();

    /** Who wants to hear of changes. */
    public EventNotes notes = EventNotes.NOBODY;

    /** Whether the gateway may go by its copy of the directory. */
    public volatile boolean leased = true;

    public final VirtualTasks tasks =
            tasks(
                    System::nanoTime,
                    (_, e) -> {
                        throw new AssertionError(e);
                    });
    final MemoryPeers peers = new MemoryPeers(tasks);
    public final ObjectPorts ports =
            new ObjectPorts(
                    tasks,
                    RandomSource.seeded(1),
                    metadata.directory.copy(),
                    metadata,
                    peers,
                    (operation, pg, epoch, segment) ->
                            new Ticket(
                                    operation,
                                    pg,
                                    epoch,
                                    segment,
                                    0,
                                    0,
                                    1,
                                    Bytes.wrap(new byte[Ticket.MAC_BYTES])),
                    new BoundKeys(),
                    this::checkLease,
                    new Codecs(Kernels.best().kernel()),
                    new ObjectMeters(),
                    new ObjectSettings(
                            4 * 1024,
                            Duration.ofMillis(50),
                            Duration.ofSeconds(60),
                            8L << 20,
                            8L << 20,
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1),
                            LEAST_PART_BYTES),
                    (bucket, key, cause, caller) -> notes.of(bucket, key, cause, caller));
    public final Objects objects = new Objects(ports);
    public final Buckets buckets = new Buckets(ports);

    public ObjectWorld() {
        metadata.bear();
        metadata.bucket(PLAIN, 1, Versioning.OFF);
        metadata.bucket(VERSIONED, 2, Versioning.ENABLED);
        metadata.bucket(LOCKED, 3, Versioning.ENABLED);
    }

    /** The same objects, asked for by way of another. */
    public Objects objectsOver(Metadata other) {
        return new Objects(
                new ObjectPorts(
                        ports.tasks(),
                        ports.random(),
                        ports.directory(),
                        other,
                        ports.peers(),
                        ports.tickets(),
                        ports.keys(),
                        ports.lease(),
                        ports.codecs(),
                        ports.meters(),
                        ports.settings(),
                        ports.notes()));
    }

    private void checkLease() {
        if (!leased) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "the lease has run out");
        }
    }

    VersionUpdates updates() {
        return objects.updates();
    }

    public long deadline() {
        return tasks.clock().nanos() + Duration.ofSeconds(30).toNanos();
    }

    /** A body of these bytes. */
    public static Body body(byte[] bytes) {
        return new Body() {
            private int taken;

            @Override
            public long declaredBytes() {
                return bytes.length;
            }

            @Override
            public int read(byte[] target, int offset, int lengthBytes) {
                if (taken == bytes.length) {
                    return -1;
                }
                int count = Math.min(lengthBytes, bytes.length - taken);
                System.arraycopy(bytes, taken, target, offset, count);
                taken += count;
                return count;
            }
        };
    }

    /** Tasks whose wall clock is the state's. */
    public VirtualTasks tasks(LongSupplier nanos, Thread.UncaughtExceptionHandler faults) {
        return new VirtualTasks(
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return metadata.millis();
                    }

                    @Override
                    public long nanos() {
                        return nanos.getAsLong();
                    }
                },
                faults);
    }

    /** What one of several does at once. */
    interface Racer {
        void run(String name) throws InterruptedException;
    }

    /** Lets {@code racer-0} and so on run at once, and waits for them. */
    void race(int racers, Racer racer) throws Exception {
        List<Promise<Boolean>> done = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
            String name = "racer-" + i;
            Promise<Boolean> promise = tasks.promise();
            done.add(promise);
            tasks.fork(
                    name,
                    () -> {
                        try {
                            racer.run(name);
                            promise.complete(true);
                        } catch (RuntimeException e) {
                            promise.fail(e);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
        }
        for (Promise<Boolean> one : done) {
            assertThat(one.await(deadline())).isTrue();
        }
    }

    /** A directory and a partition, both always led. */
    public static final class Partition implements Metadata {
        public final MemoryDirectory directory = new MemoryDirectory();
        final MapRows rows = new MapRows();
        private long millis = 1_800_000_000_000L;
        private long ids = 100;
        private @Nullable Runnable lost;

        /** What others do right behind a request's query. */
        public volatile Consumer<PartitionQuery> behind = _ -> {};

        /**
         * The answer to the next command of a request is lost, which is thus sent again; what
         * others do runs in between.
         */
        synchronized void loseAnswer(Runnable others) {
            lost = others;
        }

        private synchronized @Nullable Runnable lost() {
            Runnable now = lost;
            lost = null;
            return now;
        }

        /** The state's time. */
        public synchronized long millis() {
            return millis;
        }

        /** Lets time pass, as a leader would walk it up. */
        public synchronized void moveTo(long wanted) {
            while (millis < wanted) {
                millis = Math.min(wanted, millis + PartitionState.MOST_JUMP_MILLIS) - 1;
                var _ = executeIn(PARTITION, new PartitionCommand.Fence(0), 0, 0);
            }
        }

        private Id128 id() {
            return new Id128(0, ++ids);
        }

        private void order(DirectoryCommand command) {
            DirectoryReply reply = directory.execute(command, 1, 0).reply();
            if (reply instanceof DirectoryReply.Refused refused) {
                throw new AssertionError(refused);
            }
        }

        void bear() {
            directory.bear();
            order(
                    new DirectoryCommand.PutTenant(
                            new TenantRecord(CALLER.tenant(), "t", "T", 1, Bytes.utf8("key"))));
            order(
                    new DirectoryCommand.PutUser(
                            new UserRecord(CALLER.tenant(), new Id128(1, 1), "user")));
            List<DeviceId> devices = new ArrayList<>();
            for (int i = 0; i < SCHEME.width(); i++) {
                NodeId node = new NodeId(id());
                order(
                        new DirectoryCommand.PutNode(
                                new NodeRecord(
                                        node,
                                        1,
                                        "node-" + i,
                                        1,
                                        2,
                                        3,
                                        4,
                                        "rack-" + i,
                                        Set.of(NodeRecord.Role.values()),
                                        "key",
                                        NodeRecord.State.UP)));
                devices.add(new DeviceId(id()));
                order(
                        new DirectoryCommand.PutDevice(
                                new DeviceRecord(
                                        devices.getLast(),
                                        node,
                                        1L << 30,
                                        1L << 30,
                                        DeviceRecord.State.WRITABLE)));
            }
            order(new DirectoryCommand.CreatePg("standard", SCHEME, devices));
            NodeId voter = new NodeId(id());
            order(
                    new DirectoryCommand.PutPartition(
                            new PartitionRecord(
                                    PARTITION,
                                    Bytes.EMPTY,
                                    Bytes.EMPTY,
                                    List.of(new PartitionRecord.Replica(voter, 0)),
                                    List.of(),
                                    1)));
            var _ =
                    executeIn(
                            PARTITION,
                            new PartitionCommand.Init(
                                    Bytes.EMPTY,
                                    Bytes.EMPTY,
                                    0,
                                    List.of(KeyCopy.replica(voter, 0))),
                            0,
                            0);
            var _ =
                    executeIn(
                            PARTITION,
                            new PartitionCommand.OpenShard(
                                    new ShardGrant(
                                            new ShardId(id()),
                                            CALLER.tenant(),
                                            1,
                                            Bytes.utf8("shard"))),
                            0,
                            0);
        }

        /** Another storage class, over the same devices. */
        public void storageClass(String name) {
            order(new DirectoryCommand.PutStorageClass(new StorageClass(name, SCHEME, false)));
            List<DeviceId> devices = directory.copy().placementGroups().getFirst().members();
            order(new DirectoryCommand.CreatePg(name, SCHEME, devices));
        }

        public void bucket(String name, long id, Versioning versioning) {
            order(
                    new DirectoryCommand.CreateBucket(
                            new BucketId(id),
                            CALLER.tenant(),
                            name,
                            "standard",
                            versioning,
                            directory.copy().index()));
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos) {
            PartitionReply reply = executeIn(PARTITION, command, checkedAt, deadlineNanos);
            Runnable others = lost();
            if (others == null) {
                return reply;
            }
            others.run();
            return executeIn(PARTITION, command, checkedAt, deadlineNanos);
        }

        @Override
        public synchronized PartitionReply executeIn(
                GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
            CommandCodec.PartitionEntry entry =
                    CommandCodec.decodePartition(
                            CommandCodec.encode(
                                    new Stamp(++millis, checkedAt, 0, FeatureLevels.HIGHEST),
                                    command));
            Decision<PartitionReply> decision =
                    PartitionState.decide(rows, entry.stamp(), entry.command());
            rows.apply(decision.changes());
            PartitionInvariants.check(rows);
            return decision.reply();
        }

        @Override
        public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos) {
            PartitionAnswer answer = queryIn(PARTITION, query, deadlineNanos);
            behind.accept(query);
            return answer;
        }

        @Override
        public synchronized PartitionAnswer queryIn(
                GroupId partition, PartitionQuery query, long deadlineNanos) {
            return PartitionState.answer(rows, QueryCodec.decode(QueryCodec.encode(query)));
        }

        @Override
        public synchronized Applied execute(
                DirectoryCommand command, long controllerEpoch, long deadlineNanos) {
            return directory.execute(command, controllerEpoch, deadlineNanos);
        }

        @Override
        public void catchUpDirectory(long deadlineNanos) {}

        /** Garbage, after all sweeps. */
        synchronized List<SegmentId> garbage() {
            while (executeIn(PARTITION, new PartitionCommand.SweepParts(10, 0), 0, 0)
                            instanceof PartitionReply.Swept swept
                    && swept.count() > 0) {
                // Once more.
            }
            return ((PartitionAnswer.GarbagePage)
                            PartitionState.answer(
                                    rows, new PartitionQuery.Garbage(null, Long.MAX_VALUE, 1_000)))
                    .rows().stream().map(row -> row.segment().segment()).toList();
        }
    }

    /** Wrapping that binds as the real one does and hides nothing. */
    private static final class BoundKeys implements VersionKeys {
        private final RandomSource random = RandomSource.seeded(2);

        @Override
        public synchronized KeyBytes fresh() {
            return KeyBytes.random(random);
        }

        private static Encoder bound(ShardGrant shard, WriteId write) {
            Encoder out = new Encoder(64);
            shard.shard().id().encode(out);
            write.id().encode(out);
            return out;
        }

        @Override
        public Bytes wrap(KeyBytes dataKey, ShardGrant shard, WriteId write) {
            return bound(shard, write).raw(dataKey.getEncoded()).toBytes();
        }

        @Override
        public KeyBytes unwrap(Bytes wrapped, ShardGrant shard, WriteId write) {
            Bytes head = bound(shard, write).toBytes();
            if (!wrapped.startsWith(head)) {
                throw new StoreException(ErrorCode.CORRUPT, "wrapped for another shard or write");
            }
            return KeyBytes.copyOf(wrapped.slice(head.length(), wrapped.length()).toArray());
        }

        @Override
        public Bytes sealInfo(KeyBytes dataKey, WriteId write, byte[] info) {
            Encoder out = new Encoder(info.length + Id128.BYTES);
            write.id().encode(out);
            return out.raw(info).toBytes();
        }

        @Override
        public byte[] openInfo(KeyBytes dataKey, WriteId write, Bytes sealed) {
            Decoder in = new Decoder(sealed);
            if (!Id128.decode(in).equals(write.id())) {
                throw new StoreException(ErrorCode.CORRUPT, "sealed for another write");
            }
            return in.raw(sealed.length() - Id128.BYTES);
        }
    }
}
