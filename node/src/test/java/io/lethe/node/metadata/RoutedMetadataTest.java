package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.table.MemoryTable;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoutedMetadataTest {
    private static final Bytes ROW = Bytes.utf8("row");
    private final Groups.TestClock clock = new Groups.TestClock();
    private final Tasks tasks = Groups.tasks(clock);
    private final Metrics metrics = new Metrics();
    private final MemoryTable directoryTable =
            new MemoryTable(RandomSource.seeded(5), new HashMap<>());
    private final LocalDirectory directory =
            new LocalDirectory(directoryTable, Groups.inline(tasks), tasks, metrics);
    private final GroupState directoryState =
            new GroupState(GroupId.DIRECTORY, directoryTable, directory);
    private final FakeLog directoryLog = new FakeLog(tasks, directoryState);
    private final GroupServers local = new GroupServers();
    private final Script script = new Script();
    private final RoutedMetadata metadata =
            new RoutedMetadata(
                    new RoutedMetadata.Wiring(
                            Groups.SELF,
                            directory,
                            local,
                            script,
                            tasks,
                            RandomSource.seeded(1),
                            () -> List.of(Groups.node(2), Groups.node(3)),
                            directoryLog));

    /** Answers calls in the order of a script, and keeps what was asked of whom. */
    private final class Script implements MetadataTransport {
        final Queue<Object> answers = new ArrayDeque<>();
        final List<NodeId> asked = new ArrayList<>();
        final List<GroupId> groups = new ArrayList<>();

        void then(MetadataResponse response) {
            answers.add(response);
        }

        void then(StoreException failure) {
            answers.add(failure);
        }

        @Override
        public Promise<byte[]> call(
                NodeId node, GroupId group, byte[] request, long deadlineNanos) {
            asked.add(node);
            groups.add(group);
            Promise<byte[]> promise = tasks.promise();
            switch (answers.poll()) {
                case StoreException failure -> promise.fail(failure);
                case MetadataResponse response ->
                        promise.complete(MetadataResponse.encode(response));
                case null, default ->
                        promise.fail(
                                new StoreException(ErrorCode.UNAVAILABLE, "the script is over"));
            }
            return promise;
        }
    }

    @BeforeEach
    void makeDirectory() {
        direct(
                new DirectoryCommand.InitCluster(
                        new io.lethe.node.model.Id128(1, 1),
                        "test",
                        "node",
                        List.of(
                                new StorageClass(
                                        "standard",
                                        new io.lethe.node.model.Scheme(1, 0, 262_144),
                                        true))));
        direct(new DirectoryCommand.PutPartition(partition(1, "", "m", 1)));
        direct(new DirectoryCommand.PutPartition(partition(2, "m", "", 1)));
        directoryLog.lead(false, Groups.peer(2));
    }

    private void direct(DirectoryCommand command) {
        Stamp stamp = new Stamp(clock.wallMillis(), 0, 1, 1);
        Promise<?> promise =
                directoryLog.propose(CommandCodec.encode(stamp, command).unsafeArray());
        assertThat(promise.isDone()).isTrue();
    }

    private static PartitionRecord partition(int id, String from, String to, long epoch) {
        return new PartitionRecord(
                new GroupId(id),
                Bytes.utf8(from),
                Bytes.utf8(to),
                List.of(
                        new PartitionRecord.Replica(Groups.node(2), 0),
                        new PartitionRecord.Replica(Groups.node(3), 0),
                        new PartitionRecord.Replica(Groups.node(4), 0)),
                List.of(),
                epoch);
    }

    private static MetadataResponse replied(PartitionReply reply) {
        return new MetadataResponse.Replied(9, ReplyCodec.encode(reply));
    }

    private static MetadataResponse failed(ErrorCode code) {
        return new MetadataResponse.Failed(code, "scripted");
    }

    private PartitionReply execute(long deadlineNanos) throws InterruptedException {
        return metadata.execute(ROW, Groups.openWrite(1), 3, deadlineNanos);
    }

    @Test
    void theKeysPartitionIsAskedAtTheLeaderThatOthersName() throws InterruptedException {
        script.then(new MetadataResponse.NotLeader(Groups.node(4)));
        script.then(replied(new PartitionReply.Done()));
        script.then(replied(new PartitionReply.Done()));
        assertThat(execute(clock.in(10))).isInstanceOf(PartitionReply.Done.class);
        assertThat(script.groups).containsOnly(new GroupId(2));
        assertThat(script.asked.get(1)).isEqualTo(Groups.node(4));
        assertThat(execute(clock.in(10))).isInstanceOf(PartitionReply.Done.class);
        assertThat(script.asked.get(2)).as("the leader is remembered").isEqualTo(Groups.node(4));
    }

    @Test
    void withoutAHintEachVoterIsTriedInTurn() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            script.then(new MetadataResponse.NotLeader(null));
        }
        script.then(replied(new PartitionReply.Done()));
        assertThat(execute(clock.in(10))).isInstanceOf(PartitionReply.Done.class);
        assertThat(script.asked.subList(0, 3))
                .containsExactlyInAnyOrder(Groups.node(2), Groups.node(3), Groups.node(4));
    }

    @Test
    void anUnknownOutcomeIsRepeatedSinceCommandsAreIdempotent() throws InterruptedException {
        script.then(failed(ErrorCode.OUTCOME_UNKNOWN));
        script.then(new StoreException(ErrorCode.OUTCOME_UNKNOWN, "connection broke"));
        script.then(new StoreException(ErrorCode.UNAVAILABLE, "refused"));
        script.then(replied(new PartitionReply.Done()));
        assertThat(execute(clock.in(10))).isInstanceOf(PartitionReply.Done.class);
    }

    @Test
    void afterAnUnknownOutcomeNobodySaysThatNothingHappened() {
        script.then(failed(ErrorCode.OUTCOME_UNKNOWN));
        long deadline = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(200);
        assertThatThrownBy(() -> execute(deadline))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
        script.then(failed(ErrorCode.OUTCOME_UNKNOWN));
        script.then(failed(ErrorCode.OVERLOADED));
        assertThatThrownBy(() -> execute(clock.in(10)))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
    }

    @Test
    void withoutAnybodyToProposeToItIsUnavailable() {
        long deadline = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(100);
        assertThatThrownBy(() -> execute(deadline))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void overloadGoesStraightToTheCaller() {
        script.then(failed(ErrorCode.OVERLOADED));
        assertThatThrownBy(() -> execute(clock.in(10)))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        assertThat(script.asked).hasSize(1);
    }

    @Test
    void aWrongPartitionIsLookedUpAgainAfterTheDirectoryCaughtUp() throws InterruptedException {
        script.then(replied(new PartitionReply.WrongPartition(0)));
        script.then(replied(new PartitionReply.Done()));
        int reads = directoryLog.reads();
        assertThat(execute(clock.in(10))).isInstanceOf(PartitionReply.Done.class);
        assertThat(directoryLog.reads()).isEqualTo(reads + 1);
    }

    @Test
    void aQuestionOutsideOfTheRangeIsAskedAgain() throws InterruptedException {
        script.then(
                new MetadataResponse.Answered(
                        io.lethe.node.metadata.command.AnswerCodec.encode(
                                new PartitionAnswer.NotInRange())));
        script.then(
                new MetadataResponse.Answered(
                        io.lethe.node.metadata.command.AnswerCodec.encode(
                                new PartitionAnswer.Empty(true))));
        assertThat(metadata.query(ROW, new PartitionQuery.BucketEmpty(Groups.BUCKET), clock.in(10)))
                .isEqualTo(new PartitionAnswer.Empty(true));
    }

    @Test
    void catchingUpGoesOnUntilTheReadIndexIsThere() throws InterruptedException {
        directoryLog.failReads(3);
        metadata.catchUpDirectory(clock.in(10));
        assertThat(directoryLog.reads()).isEqualTo(4);
        directoryLog.failReads(1_000);
        long deadline = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(100);
        assertThatThrownBy(() -> metadata.catchUpDirectory(deadline))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void aGroupThatIsMadeTwiceIsNotRepeated() {
        script.then(failed(ErrorCode.OUTCOME_UNKNOWN));
        assertThatThrownBy(
                        () ->
                                metadata.execute(
                                        new DirectoryCommand.CreatePg(
                                                "standard",
                                                new io.lethe.node.model.Scheme(1, 0, 262_144),
                                                List.of()),
                                        1,
                                        clock.in(10)))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
        assertThat(script.asked).hasSize(1);
    }

    @Test
    void directoryCommandsGoToItsVotersAndSayWhereTheyApplied() throws InterruptedException {
        script.then(
                new MetadataResponse.Replied(
                        77, ReplyCodec.encode(new DirectoryReply.PgCreated(new PgId(3)))));
        Metadata.Applied applied =
                metadata.execute(
                        new DirectoryCommand.PutSetting("maintenance", "on"), 0, clock.in(10));
        assertThat(applied)
                .isEqualTo(new Metadata.Applied(new DirectoryReply.PgCreated(new PgId(3)), 77));
        assertThat(script.asked.getFirst()).isIn(Groups.node(2), Groups.node(3));
    }

    @Test
    void whatThisNodeLeadsIsNotSentAnywhere() throws InterruptedException {
        Groups.OnePartition one = new Groups.OnePartition();
        one.keys.before.countDown();
        local.add(new GroupId(2), one.server);
        assertThat(metadata.execute(ROW, Groups.init(), 3, clock.in(10)))
                .isInstanceOf(PartitionReply.Done.class);
        assertThat(execute(clock.in(10))).isInstanceOf(PartitionReply.WriteOpened.class);
        assertThat(script.asked).isEmpty();
        assertThat(metadata.status(Groups.SELF, new GroupId(2), clock.in(10))).isPresent();
        assertThat(metadata.status(Groups.SELF, new GroupId(3), clock.in(10))).isEmpty();
    }
}
