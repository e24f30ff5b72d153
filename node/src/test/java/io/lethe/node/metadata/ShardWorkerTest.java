package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas with real tables and key files, the log between them copied by hand. */
class ShardWorkerTest {
    /** A shard's fill. */
    private static final int VERSIONS = 256;

    private static final int KEPT = 100;

    @TempDir Path temp;
    private final Groups.TestClock clock = new Groups.TestClock();
    private final Tasks tasks = Groups.tasks(clock);
    private final BoundKeys keys = new BoundKeys();
    private final Map<String, Bytes> dataKeys = new HashMap<>();
    private final List<Replica> replicas = new ArrayList<>();
    private RocksOpener opener;
    private int leader;
    private ShardGrant full;

    /** A wrapping that binds shard key and write, and hides nothing. */
    private static final class BoundKeys implements ShardKeys {
        private int made;

        @Override
        public ShardGrant create(TenantId tenant) {
            byte[] wrapped = new byte[40];
            RandomSource.seeded(++made).fill(wrapped);
            return new ShardGrant(
                    new ShardId(new Id128(made, made)), tenant, 1, Bytes.wrap(wrapped));
        }

        Bytes wrap(Bytes dataKey, ShardGrant shard, WriteId write) {
            Encoder out = new Encoder(96).raw(shard.wrappedShardKey());
            write.id().encode(out);
            return out.raw(dataKey).toBytes();
        }

        Bytes unwrap(Bytes wrapped, ShardGrant shard, WriteId write) {
            Decoder in = new Decoder(wrapped);
            boolean opens =
                    Bytes.wrap(in.raw(40)).equals(shard.wrappedShardKey())
                            && Id128.decode(in).equals(write.id());
            if (!opens) {
                throw new StoreException(ErrorCode.CORRUPT, "wrapped for another shard or write");
            }
            return Bytes.wrap(in.raw(in.remaining()));
        }

        @Override
        public Bytes rewrap(ShardGrant from, Bytes wrapped, ShardGrant to, WriteId write) {
            return wrap(unwrap(wrapped, from, write), to, write);
        }

        @Override
        public boolean same(
                ShardGrant before,
                Bytes wrappedBefore,
                ShardGrant now,
                Bytes wrappedNow,
                WriteId write) {
            try {
                return unwrap(wrappedBefore, before, write).equals(unwrap(wrappedNow, now, write));
            } catch (StoreException e) {
                return false;
            }
        }
    }

    private final class Replica {
        final Path folder;
        final RocksTable table;
        final FakeLog log;
        final PartitionServer server;

        Replica(int number) throws IOException {
            folder = temp.resolve("replica-" + number);
            table =
                    RocksTable.open(
                            folder,
                            Groups.PARTITION,
                            new RocksTable.Surroundings(
                                    opener, NativeFiles.real(), Groups::fault, new Metrics()));
            log =
                    new FakeLog(
                            tasks,
                            new GroupState(Groups.PARTITION, table, GroupState.Listener.none()));
            log.voters(List.of(Groups.peer(1), Groups.peer(2)));
            server =
                    new PartitionServer(
                            new GroupServer.Wiring(
                                    Groups.SELF,
                                    Groups.PARTITION,
                                    log,
                                    table,
                                    tasks,
                                    Groups.inline(tasks),
                                    () -> true,
                                    Groups::nodeOf,
                                    () -> FeatureLevels.HIGHEST,
                                    new Metrics()),
                            keys,
                            () -> 5);
        }

        boolean holdsOnDisk(Bytes secret) throws IOException {
            return Bytes.wrap(Files.readAllBytes(folder.resolve("keys-1")))
                    .hex()
                    .contains(secret.hex());
        }
    }

    @BeforeEach
    void fillAShardAndDeleteMost() throws IOException {
        opener = new RocksOpener(RocksOpener.Limits.small());
        replicas.add(new Replica(1));
        replicas.add(new Replica(2));
        execute(Groups.init());
        full = keys.create(Groups.TENANT);
        execute(new PartitionCommand.OpenShard(full));
        for (int i = 0; i < VERSIONS; i++) {
            Bytes dataKey = Bytes.utf8("secret-of-" + i);
            dataKeys.put("key-" + i, dataKey);
            execute(commit(i, keys.wrap(dataKey, full, Groups.write(i))));
        }
        for (int i = KEPT; i < VERSIONS; i++) {
            dataKeys.remove("key-" + i);
            execute(
                    new PartitionCommand.Delete(
                            Groups.write(10_000 + i),
                            Groups.BUCKET,
                            Bytes.utf8("key-" + i),
                            Groups.TENANT,
                            Versioning.OFF,
                            new PartitionCommand.Which.Current(),
                            new Condition.Always()));
        }
        copyLog();
    }

    @AfterEach
    void close() {
        replicas.forEach(replica -> replica.table.close());
        opener.close();
    }

    private static PartitionCommand commit(int number, Bytes wrapped) {
        PartitionCommand.Commit plain =
                Groups.commit(number, Bytes.utf8("key-" + number), new ShardId(new Id128(1, 1)), 1);
        VersionBody body = plain.body();
        return new PartitionCommand.Commit(
                plain.write(),
                plain.bucket(),
                plain.key(),
                plain.tenant(),
                plain.versioning(),
                plain.condition(),
                new VersionBody(
                        body.sizeBytes(),
                        body.etag(),
                        body.md5(),
                        body.sha256(),
                        body.sealedInfo(),
                        body.shard(),
                        wrapped,
                        body.placement()));
    }

    private void execute(PartitionCommand command) {
        Stamp stamp = new Stamp(clock.wallMillis(), 1, 0, 1);
        FakeLog log = replicas.get(leader).log;
        try {
            var result =
                    (io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult.Applied)
                            log.propose(CommandCodec.encode(stamp, command).unsafeArray())
                                    .await(clock.in(10));
            PartitionReply reply = ReplyCodec.decodePartition(Bytes.wrap(result.reply()));
            assertThat(reply).isNotInstanceOf(PartitionReply.Refused.class);
            assertThat(reply).isNotInstanceOf(PartitionReply.Retry.class);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Brings the follower up to the leader. */
    private void copyLog() {
        FakeLog from = replicas.get(leader).log;
        FakeLog to = replicas.get(1 - leader).log;
        to.lead(true, null);
        List<byte[]> entries = from.entries();
        for (byte[] entry : entries.subList(to.entries().size(), entries.size())) {
            assertThat(to.propose(entry).isDone()).isTrue();
        }
        to.lead(false, Groups.peer(leader + 1));
    }

    private boolean witness(NodeId node, GroupId group, ShardId shard, long deadlineNanos)
            throws InterruptedException {
        assertThat(group).isEqualTo(Groups.PARTITION);
        assertThat(node).isEqualTo(Groups.node(2 - leader));
        copyLog();
        MetadataResponse response =
                replicas.get(1 - leader)
                        .server
                        .handle(new MetadataRequest.Verify(shard), deadlineNanos);
        return switch (MetadataResponse.decode(MetadataResponse.encode(response))) {
            case MetadataResponse.Verified(boolean equal, int compared) -> {
                assertThat(compared).isEqualTo(KEPT);
                yield equal;
            }
            case MetadataResponse other ->
                    throw new StoreException(ErrorCode.UNAVAILABLE, other.toString());
        };
    }

    private ShardWorker worker(RewrapWitness witness) {
        return new ShardWorker(
                Groups.PARTITION,
                Groups.node(leader + 1),
                replicas.get(leader).server,
                keys,
                witness,
                clock);
    }

    private void everyVersionOpens() {
        for (Replica replica : replicas) {
            dataKeys.forEach(
                    (name, dataKey) -> {
                        PartitionAnswer.Found found =
                                (PartitionAnswer.Found)
                                        replica.table.read(
                                                view ->
                                                        PartitionState.answer(
                                                                view.rows(), find(name)));
                        var row = Objects.requireNonNull(found.row());
                        var body = Objects.requireNonNull(row.body());
                        assertThat(
                                        keys.unwrap(
                                                body.wrappedKey(),
                                                Objects.requireNonNull(found.shard()),
                                                row.write()))
                                .isEqualTo(dataKey);
                    });
        }
    }

    private static PartitionQuery find(String name) {
        return new PartitionQuery.Find(
                Groups.BUCKET, Bytes.utf8(name), new PartitionCommand.Which.Current());
    }

    private boolean oldSlotIsThere() throws IOException {
        boolean there = false;
        for (Replica replica : replicas) {
            boolean named = replica.table.read(view -> view.rows().slot(full.shard()) != null);
            assertThat(replica.holdsOnDisk(full.wrappedShardKey())).isEqualTo(named);
            there |= named;
        }
        return there;
    }

    @Test
    void aMostlyDeletedShardIsRewrappedComparedAndOverwritten() throws Exception {
        replicas.get(0).log.lead(true, null);
        List<Step> steps = new ArrayList<>();
        do {
            assertThat(oldSlotIsThere()).isTrue();
            // A new worker each time, on the other replica: every step is the first after a crash.
            steps.add(worker(this::witness).step());
            copyLog();
            everyVersionOpens();
            replicas.get(leader).log.lead(false, null);
            leader = 1 - leader;
            replicas.get(leader).log.lead(true, null);
        } while (steps.getLast() instanceof Step.Worked && oldSlotIsThere());
        assertThat(steps).hasSize(4);
        assertThat(oldSlotIsThere()).isFalse();
        assertThat(worker(this::witness).step())
                .isEqualTo(new Step.Idle("0 shards are more than half live"));
    }

    @Test
    void nothingIsDestroyedThatAnotherReplicaFindsDifferent() throws Exception {
        RewrapWitness differs = (_, _, _, _) -> false;
        assertThat(worker(differs).step()).isInstanceOf(Step.Worked.class);
        assertThat(worker(differs).step()).isInstanceOf(Step.Worked.class);
        for (int i = 0; i < 3; i++) {
            assertThat(worker(differs).step())
                    .isInstanceOfSatisfying(
                            Step.Failed.class,
                            failed -> assertThat(failed.reason()).contains("other data keys"));
        }
        copyLog();
        assertThat(oldSlotIsThere()).isTrue();
        assertThat(worker(this::witness).step()).isInstanceOf(Step.Worked.class);
    }

    @Test
    void aShardWaitsWhileNoOtherReplicaAnswers() throws Exception {
        RewrapWitness away =
                (_, _, _, _) -> {
                    throw new StoreException(ErrorCode.UNAVAILABLE, "no answer");
                };
        assertThat(worker(away).step()).isInstanceOf(Step.Worked.class);
        assertThat(worker(away).step()).isInstanceOf(Step.Worked.class);
        assertThat(worker(away).step()).isInstanceOf(Step.Failed.class);
        copyLog();
        assertThat(oldSlotIsThere()).isTrue();
        everyVersionOpens();
    }

    @Test
    void aWitnessNoticesAKeyThatWasChanged() throws Exception {
        ShardGrant to = keys.create(Groups.TENANT);
        execute(new PartitionCommand.OpenShard(to));
        execute(new PartitionCommand.CloseShard(full.shard()));
        List<PartitionCommand.Rewrapped> list = new ArrayList<>();
        PartitionAnswer.Holders holders =
                (PartitionAnswer.Holders)
                        replicas.get(0)
                                .server
                                .question(
                                        new PartitionQuery.ShardHolders(full.shard()),
                                        clock.in(10));
        for (PartitionAnswer.Holder one : holders.holders()) {
            boolean wrong = list.size() == 7;
            list.add(
                    new PartitionCommand.Rewrapped(
                            one.bucket(),
                            one.key(),
                            one.order(),
                            wrong
                                    ? keys.wrap(Bytes.utf8("another"), to, one.write())
                                    : keys.rewrap(full, one.wrappedKey(), to, one.write())));
        }
        execute(new PartitionCommand.Rewrap(full.shard(), to.shard(), list));
        assertThat(worker(this::witness).step()).isInstanceOf(Step.Failed.class);
        copyLog();
        assertThat(oldSlotIsThere()).isTrue();
    }

    @Test
    void aShardThatIsMoreThanHalfLiveStays() throws Exception {
        ShardGrant other = keys.create(Groups.TENANT);
        execute(new PartitionCommand.OpenShard(other));
        execute(new PartitionCommand.CloseShard(other.shard()));
        RewrapWitness none =
                (_, _, _, _) -> {
                    throw new AssertionError("nothing to compare");
                };
        replicas.get(0).log.lead(false, Groups.peer(2));
        assertThat(worker(none).step()).isEqualTo(new Step.Idle("another replica leads"));
        replicas.get(0).log.lead(true, null);
        // The full shard closes, the empty one goes.
        assertThat(worker(none).step()).isInstanceOf(Step.Worked.class);
        copyLog();
        boolean gone = replicas.get(1).table.read(v -> v.rows().slot(other.shard()) == null);
        assertThat(gone).isTrue();
    }
}
