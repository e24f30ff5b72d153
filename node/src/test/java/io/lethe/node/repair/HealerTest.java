package io.lethe.node.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.chunk.ChunkHeader;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.ChunkStore.ChunkInfo;
import io.lethe.node.chunk.ChunkStore.Verdict;
import io.lethe.node.chunk.FakeChunkStore;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Body;
import io.lethe.node.object.ForwardingMetadata;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.ObjectPorts;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.ReadRange;
import io.lethe.node.object.Rebuilder;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group 2+1 with objects in it, and a fourth device. */
class HealerTest {
    private static final PgId PG = new PgId(1);
    private static final int OBJECTS = 5;
    private static final int OBJECT_BYTES = 100_000;
    private static final DeviceId SPARE = new DeviceId(new Id128(77, 4));

    private final ObjectWorld world = new ObjectWorld();
    private final StorePeers peers = new StorePeers(world.tasks);
    private final ObjectPorts ports =
            new ObjectPorts(
                    world.tasks,
                    world.ports.random(),
                    world.ports.directory(),
                    new Interrupted(),
                    peers,
                    world.ports.tickets(),
                    world.ports.keys(),
                    world.ports.lease(),
                    world.ports.codecs(),
                    world.ports.meters(),
                    world.ports.settings());
    private final Objects objects = new Objects(ports);
    private final MemoryBudget memory = new MemoryBudget(world.tasks, 1 << 20);
    private final Healer healer = new Healer(ports, peers, SPARE, Duration.ZERO, memory);

    private void order(DirectoryCommand command) {
        DirectoryReply reply = world.metadata.directory.execute(command, 1, 0).reply();
        assertThat(reply).isInstanceOf(DirectoryReply.Done.class);
    }

    private PlacementGroup group() {
        return ports.directory().placementGroup(PG).orElseThrow();
    }

    private DeviceId member(int chunk) {
        return group().members().get(chunk);
    }

    private FakeChunkStore store(DeviceId device) {
        return java.util.Objects.requireNonNull(peers.stores.get(device));
    }

    private Set<String> segments(DeviceId device, int chunk) {
        Set<String> segments = new TreeSet<>();
        for (ChunkInfo one : store(device).list(PG, null, 1_000)) {
            if (one.key().index() == chunk) {
                segments.add(one.key().segment().toString());
            }
        }
        return segments;
    }

    private static byte[] content(int number) {
        byte[] bytes = new byte[OBJECT_BYTES];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    private void put(String key, Body body) throws InterruptedException {
        var _ =
                objects.put(
                        ObjectWorld.CALLER,
                        new PutRequest(
                                new WriteId(Id128.random(ports.random())),
                                ObjectWorld.PLAIN,
                                key,
                                "",
                                Attributes.none(),
                                new Condition.Always(),
                                null,
                                null),
                        body,
                        world.deadline());
    }

    private void allAreRead() throws InterruptedException {
        for (int i = 0; i < OBJECTS; i++) {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            try (var got =
                    objects.get(
                            ObjectWorld.CALLER,
                            ObjectWorld.PLAIN,
                            "key-" + i,
                            "",
                            new ReadRange.All(),
                            world.deadline())) {
                for (var piece = got.next(); piece != null; piece = got.next()) {
                    read.write(piece.array(), piece.offset(), piece.lengthBytes());
                }
            }
            assertThat(read.toByteArray()).isEqualTo(content(i));
        }
    }

    private static NodeRecord node(NodeId id) {
        return new NodeRecord(
                id,
                1,
                "node-" + id,
                1,
                2,
                3,
                4,
                "rack",
                Set.of(NodeRecord.Role.STORAGE),
                "",
                NodeRecord.State.UP);
    }

    @BeforeEach
    void objectsOnThreeOfFourDevices() throws InterruptedException {
        NodeId node = new NodeId(new Id128(77, 1));
        order(new DirectoryCommand.PutNode(node(node)));
        order(
                new DirectoryCommand.PutDevice(
                        new DeviceRecord(
                                SPARE, node, 1 << 30, 1 << 30, DeviceRecord.State.WRITABLE)));
        for (DeviceRecord device : ports.directory().devices()) {
            peers.stores.put(
                    device.id(),
                    new FakeChunkStore(device.id(), world.tasks.clock(), RandomSource.seeded(3)));
        }
        for (int i = 0; i < OBJECTS; i++) {
            put("key-" + i, ObjectWorld.body(content(i)));
        }
    }

    private void begin(int chunk) {
        order(
                new DirectoryCommand.BeginMove(
                        PG, group().epoch(), new PlacementGroup.Move(chunk, SPARE)));
    }

    private void heal() throws InterruptedException {
        for (int i = 0; i < 100 && group().move() != null; i++) {
            assertThat(healer.step()).isInstanceOf(Step.Worked.class);
        }
        assertThat(group().move()).isNull();
    }

    private void isAway(DeviceId device) {
        peers.stores.remove(device);
        DeviceRecord record = ports.directory().device(device).orElseThrow();
        order(new DirectoryCommand.PutDevice(record.withState(DeviceRecord.State.UNAVAILABLE)));
    }

    @Test
    void aLeavingMembersChunksAreCopiedAndTheTargetIsTheMember() throws Exception {
        DeviceId left = member(1);
        Set<String> before = segments(left, 1);
        assertThat(before).hasSize(OBJECTS);
        begin(1);
        heal();
        assertThat(member(1)).isEqualTo(SPARE);
        assertThat(group().epoch()).isEqualTo(3);
        assertThat(segments(SPARE, 1)).isEqualTo(before);
        isAway(left);
        isAway(member(0));
        assertThat(segments(member(2), 2)).hasSize(OBJECTS);
        allAreRead();
    }

    @Test
    void aLostMembersChunksAreComputedFromTheOthers() throws Exception {
        DeviceId lost = member(2);
        Set<String> before = segments(lost, 2);
        isAway(lost);
        begin(2);
        heal();
        assertThat(segments(SPARE, 2)).isEqualTo(before);
        isAway(member(0));
        allAreRead();
    }

    @Test
    void aMoveDoesNotEndWhileAChunkCanNotBeHad() throws Exception {
        DeviceId lost = member(2);
        isAway(lost);
        ChunkKey damaged = store(member(0)).list(PG, null, 1).getFirst().key();
        store(member(0)).corrupt(damaged, 5);
        begin(2);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(healer::step)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("1 chunks of " + PG);
        }
        assertThat(group().move()).isNotNull();
        assertThat(segments(SPARE, 2)).hasSize(OBJECTS - 1);
    }

    @Test
    void aMoveWaitsForMembersThatMayKnowMore() throws Exception {
        isAway(member(2));
        DeviceId away = member(0);
        FakeChunkStore kept = store(away);
        isAway(away);
        begin(2);
        assertThatThrownBy(healer::step).hasMessageContaining("are needed to know what it holds");
        peers.stores.put(away, kept);
        DeviceRecord record = ports.directory().device(away).orElseThrow();
        order(new DirectoryCommand.PutDevice(record.withState(DeviceRecord.State.WRITABLE)));
        heal();
        assertThat(segments(SPARE, 2)).hasSize(OBJECTS);
    }

    @Test
    void aGroupThatCanNotBeHealedKeepsNoOthers() throws Exception {
        List<DeviceId> gone =
                List.of(new DeviceId(new Id128(77, 5)), new DeviceId(new Id128(77, 6)));
        for (DeviceId one : gone) {
            NodeId node = new NodeId(one.id());
            order(new DirectoryCommand.PutNode(node(node)));
            order(
                    new DirectoryCommand.PutDevice(
                            new DeviceRecord(one, node, 1, 1, DeviceRecord.State.WRITABLE)));
        }
        List<DeviceId> members = List.of(member(0), gone.get(0), gone.get(1));
        DirectoryReply made =
                world.metadata
                        .directory
                        .execute(
                                new DirectoryCommand.CreatePg(
                                        "standard", group().scheme(), members),
                                1,
                                0)
                        .reply();
        PgId thin = ((DirectoryReply.PgCreated) made).pg();
        gone.forEach(this::isAway);
        order(new DirectoryCommand.BeginMove(thin, 1, new PlacementGroup.Move(1, SPARE)));
        begin(2);
        heal();
        assertThat(segments(SPARE, 2)).hasSize(OBJECTS);
        assertThat(ports.directory().placementGroup(thin).orElseThrow().move()).isNotNull();
        assertThatThrownBy(healer::step).hasMessageContaining("other members of " + thin);
    }

    /** All that was uploaded is at the old member when the move ends; the commit comes after. */
    @Test
    void anUploadThatAMoveOvertakesNamesTheMovedChunkAsMissing() throws Exception {
        beforeCommit =
                () -> {
                    begin(1);
                    heal();
                };
        put("late", ObjectWorld.body(content(OBJECTS)));
        assertThat(member(1)).isEqualTo(SPARE);
        var thin =
                (PartitionAnswer.UnderprotectedPage)
                        world.metadata.queryIn(
                                ObjectWorld.PARTITION,
                                new PartitionQuery.Underprotected(null, 10),
                                0);
        assertThat(thin.rows())
                .singleElement()
                .satisfies(
                        row -> {
                            assertThat(row.segment().missing()).isEqualTo(0b10);
                            assertThat(row.segment().pgEpoch()).isEqualTo(2);
                            assertThat(segments(SPARE, 1))
                                    .as("copied from the old member although not committed")
                                    .contains(row.segment().segment().toString());
                        });
        Rebuilder rebuilder = new Rebuilder(ports, () -> List.of(ObjectWorld.PARTITION));
        var _ = rebuilder.step();
        assertThat(
                        ((PartitionAnswer.UnderprotectedPage)
                                        world.metadata.queryIn(
                                                ObjectWorld.PARTITION,
                                                new PartitionQuery.Underprotected(null, 10),
                                                0))
                                .rows())
                .isEmpty();
    }

    /** The code can spare no chunk, and the old member takes no more of it. */
    @Test
    void aChunkThatIsUnderWayToTheOldMemberWhenAMoveEndsIsMadeAtTheNewOne() throws Exception {
        DeviceId left = member(1);
        peers.beforeFinish =
                device -> {
                    if (device.equals(left)) {
                        peers.beforeFinish = _ -> {};
                        begin(1);
                        healed();
                    }
                };
        put("late", ObjectWorld.body(content(OBJECTS)));
        assertThat(member(1)).isEqualTo(SPARE);
        assertThat(segments(left, 1)).hasSize(OBJECTS);
        assertThat(segments(SPARE, 1)).isEqualTo(segments(member(0), 0)).hasSize(OBJECTS + 1);
    }

    private void healed() {
        try {
            heal();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private interface Interlude {
        void run() throws InterruptedException;
    }

    /** What comes between an upload and its commit, once. */
    private Interlude beforeCommit = () -> {};

    /** Lets {@link #beforeCommit} happen. */
    private final class Interrupted extends ForwardingMetadata {
        Interrupted() {
            super(world.metadata);
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
                throws InterruptedException {
            if (command instanceof PartitionCommand.Commit) {
                Interlude now = beforeCommit;
                beforeCommit = () -> {};
                now.run();
            }
            return super.execute(rowKey, command, checkedAt, deadlineNanos);
        }
    }

    @Test
    void aDamagedChunkIsReplacedBeforeAnybodyReadsIt() throws Exception {
        begin(0);
        heal();
        ChunkKey key = store(SPARE).list(PG, null, 1).getFirst().key();
        store(SPARE).corrupt(key, 7);
        assertThat(store(SPARE).verify(key)).isEqualTo(Verdict.CORRUPT);
        assertThat(healer.step()).isInstanceOf(Step.Worked.class);
        assertThat(store(SPARE).verify(key)).isEqualTo(Verdict.SOUND);
    }

    @Test
    void whatIsLackingWithoutAnybodysKnowingIsFoundByComparing() throws Exception {
        begin(0);
        heal();
        Set<String> all = segments(SPARE, 0);
        ChunkKey key = store(SPARE).list(PG, null, 1).getFirst().key();
        store(SPARE).delete(key);
        assertThat(segments(SPARE, 0)).hasSize(OBJECTS - 1);
        for (int i = 0; i < 20 && !segments(SPARE, 0).equals(all); i++) {
            var _ = healer.step();
        }
        assertThat(segments(SPARE, 0)).isEqualTo(all);
    }

    /** As after the directory was lost, and an older copy of it taken. */
    @Test
    void chunksThatTheDirectoryKnowsTooLittleOfAreKept() throws Exception {
        DeviceId left = member(1);
        ChunkInfo like = store(left).list(PG, null, 1).getFirst();
        PgId unknown = new PgId(99);
        for (ChunkHeader header :
                List.of(
                        header(new ChunkKey(unknown, like.key().segment(), 0), 1, like),
                        header(new ChunkKey(PG, like.key().segment(), 2), 9, like))) {
            ChunkStore.Writer writer = store(SPARE).create(header);
            writer.append(new byte[10], 0, 10);
            writer.finish();
        }
        long until = world.tasks.clock().nanos() + ports.settings().reclaimDelay().toNanos();
        for (int i = 0; i < 3 || world.tasks.clock().nanos() < until + 1_000_000; i++) {
            var _ = healer.step();
            world.tasks.sleep(Duration.ofMillis(50).toNanos());
        }
        assertThat(store(SPARE).list(unknown, null, 10)).hasSize(1);
        assertThat(store(SPARE).list(PG, null, 10)).hasSize(1);
    }

    /**
     * A member's chunks are where a move took them that the directory has forgotten, another one's
     * are lost, and the member refuses what is older than that move.
     */
    @Test
    void chunksThatAForgottenMoveTookAlongComeBackAndStayUntilTheyAreBack() throws Exception {
        DeviceId left = member(1);
        begin(1);
        heal();
        order(
                new DirectoryCommand.BeginMove(
                        PG, group().epoch(), new PlacementGroup.Move(1, left)));
        order(new DirectoryCommand.EndMove(PG, group().epoch(), new PlacementGroup.Move(1, left)));
        store(left).refuseBelow(PG, 60_000);
        for (int chunk = 1; chunk <= 2; chunk++) {
            FakeChunkStore empty = store(member(chunk));
            empty.list(PG, null, 1_000).forEach(one -> empty.delete(one.key()));
        }
        NodeId node = new NodeId(new Id128(77, 1));
        order(new DirectoryCommand.RecoveredDirectory(node, 5));
        for (int chunk = 1; chunk <= 2; chunk++) {
            Healer member = new Healer(ports, peers, member(chunk), Duration.ofDays(1), memory);
            var _ = member.step();
        }
        assertThat(segments(left, 1)).isEqualTo(segments(SPARE, 1)).hasSize(OBJECTS);
        assertThat(segments(member(2), 2)).hasSize(OBJECTS);
        allAreRead();
        ChunkKey lacking = store(left).list(PG, null, 1).getFirst().key();
        store(left).delete(lacking);
        order(new DirectoryCommand.SetReclaim(true));
        var _ = healer.step();
        world.tasks.sleep(ports.settings().reclaimDelay().toNanos());
        var _ = healer.step();
        assertThat(store(SPARE).list(PG, null, 10))
                .extracting(ChunkInfo::key)
                .containsExactly(lacking);
    }

    private static ChunkHeader header(ChunkKey key, int epoch, ChunkInfo like) {
        return new ChunkHeader(key, epoch, like.write(), like.owner(), 100, like.blockBytes());
    }

    /** Another member was away too when it was deleted: with it there are k chunks. */
    @Test
    void aDeviceThatComesBackKeepsNoChunkOfASegmentThatWasDeletedMeanwhile() throws Exception {
        DeviceId left = member(1);
        Set<String> others = segments(left, 1);
        put("doomed", ObjectWorld.body(content(OBJECTS)));
        begin(1);
        heal();
        assertThat(segments(SPARE, 1)).hasSize(OBJECTS + 1);
        order(
                new DirectoryCommand.BeginMove(
                        PG, group().epoch(), new PlacementGroup.Move(1, left)));
        Healer back = new Healer(ports, peers, left, Duration.ofDays(1), memory);
        for (int i = 0; i < 10 && group().move() != null; i++) {
            var _ = back.step();
        }
        assertThat(member(1)).isEqualTo(left);
        var _ =
                objects.delete(
                        ObjectWorld.CALLER,
                        new Objects.DeleteRequest(
                                new WriteId(Id128.random(ports.random())),
                                ObjectWorld.PLAIN,
                                "doomed",
                                "",
                                new Condition.Always()),
                        world.deadline());
        for (int chunk = 1; chunk <= 2; chunk++) {
            FakeChunkStore reached = store(member(chunk));
            reached.list(PG, null, 1_000).stream()
                    .map(ChunkInfo::key)
                    .filter(key -> !others.contains(key.segment().toString()))
                    .forEach(reached::delete);
        }
        begin(1);
        heal();
        assertThat(segments(SPARE, 1)).isEqualTo(others);
    }

    @Test
    void aDeviceThatLeftAGroupGivesItsChunksUpAfterReadersTickets() throws Exception {
        DeviceId left = member(1);
        begin(1);
        heal();
        Healer old = new Healer(ports, peers, left, Duration.ofDays(1), memory);
        var _ = old.step();
        assertThat(segments(left, 1)).as("readers may still come").hasSize(OBJECTS);
        long until = world.tasks.clock().nanos() + ports.settings().reclaimDelay().toNanos();
        while (world.tasks.clock().nanos() < until) {
            world.tasks.sleep(Duration.ofMillis(50).toNanos());
        }
        for (int i = 0; i < 3; i++) {
            var _ = old.step();
        }
        assertThat(store(left).list(PG, null, 10)).isEmpty();
        assertThat(List.copyOf(segments(SPARE, 1))).hasSize(OBJECTS);
    }
}
