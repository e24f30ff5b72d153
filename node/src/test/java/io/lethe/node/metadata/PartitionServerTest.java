package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Groups.OnePartition;
import io.lethe.node.metadata.command.AnswerCodec;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.QueryCodec;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionServerTest {
    private final OnePartition one = new OnePartition();

    @BeforeEach
    void initialise() throws InterruptedException {
        assertThat(reply(Groups.init())).isInstanceOf(PartitionReply.Done.class);
    }

    private MetadataResponse execute(PartitionCommand command) throws InterruptedException {
        Stamp asked = new Stamp(0, 10, 0, FeatureLevels.HIGHEST);
        return one.server.handle(
                new MetadataRequest.Execute(CommandCodec.encode(asked, command)), one.clock.in(10));
    }

    private PartitionReply reply(PartitionCommand command) throws InterruptedException {
        return switch (execute(command)) {
            case MetadataResponse.Replied replied -> ReplyCodec.decodePartition(replied.reply());
            case MetadataResponse other -> throw new AssertionError(other);
        };
    }

    private PartitionAnswer ask(PartitionQuery query) throws InterruptedException {
        return switch (one.server.handle(
                new MetadataRequest.Ask(QueryCodec.encode(query)), one.clock.in(10))) {
            case MetadataResponse.Answered answered -> AnswerCodec.decode(answered.answer());
            case MetadataResponse other -> throw new AssertionError(other);
        };
    }

    @Test
    void aWriteGetsAShardThatTheLeaderOpenedOnTheWay() throws InterruptedException {
        allowKeys();
        PartitionReply.WriteOpened opened = (PartitionReply.WriteOpened) reply(Groups.openWrite(1));
        assertThat(opened.shard()).isNotNull();
        assertThat(one.keys.made).hasValue(1);
        assertThat(reply(Groups.openWrite(2))).isInstanceOf(PartitionReply.WriteOpened.class);
        assertThat(one.keys.made).as("the open one is used").hasValue(1);
        assertThat(ask(new PartitionQuery.OpenShardOf(Groups.TENANT)))
                .isEqualTo(new PartitionAnswer.Shard(opened.shard()));
    }

    private void allowKeys() {
        one.keys.before.countDown();
    }

    @Test
    void manyWritesAtOnceOpenOneShard() throws InterruptedException {
        CountDownLatch all50 = new CountDownLatch(50);
        one.log.countEntries(all50);
        List<PartitionReply> replies = new ArrayList<>();
        List<io.lethe.node.base.task.Tasks.Task> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            long number = i;
            all.add(
                    one.tasks.fork(
                            "writer-" + i,
                            () -> {
                                try {
                                    PartitionReply reply = reply(Groups.openWrite(number));
                                    synchronized (replies) {
                                        replies.add(reply);
                                    }
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                            }));
        }
        // All fifty have been told that there is none, before one is made.
        all50.await();
        one.keys.before.countDown();
        for (var task : all) {
            task.join();
        }
        assertThat(one.keys.made).hasValue(1);
        assertThat(replies)
                .hasSize(50)
                .allSatisfy(
                        reply ->
                                assertThat(((PartitionReply.WriteOpened) reply).shard())
                                        .isNotNull());
    }

    @Test
    void aCommitUnderAnUnknownShardIsToRetryAndFindsOneOpenThen() throws InterruptedException {
        allowKeys();
        ShardId stranger = new ShardId(new Id128(99, 99));
        PartitionReply reply = reply(Groups.commit(1, Bytes.utf8("a"), stranger, 100));
        assertThat(reply)
                .isInstanceOfSatisfying(
                        PartitionReply.Retry.class,
                        retry -> assertThat(retry.why()).isEqualTo(PartitionReply.Retry.Why.SHARD));
        assertThat(one.keys.made).hasValue(1);
        PartitionAnswer.Shard open =
                (PartitionAnswer.Shard) ask(new PartitionQuery.OpenShardOf(Groups.TENANT));
        assertThat(one.keys.made).hasValue(1);
        assertThat(open.grant()).isNotNull();
        ShardId shard = open.grant() == null ? stranger : open.grant().shard();
        assertThat(reply(Groups.commit(1, Bytes.utf8("a"), shard, 100)))
                .isInstanceOf(PartitionReply.Committed.class);
        PartitionAnswer found =
                ask(
                        new PartitionQuery.Find(
                                Groups.BUCKET,
                                Bytes.utf8("a"),
                                new PartitionCommand.Which.Current()));
        assertThat(found)
                .isInstanceOfSatisfying(
                        PartitionAnswer.Found.class, it -> assertThat(it.row()).isNotNull());
    }

    @Test
    void aQuestionForAShardOpensOne() throws InterruptedException {
        allowKeys();
        assertThat(ask(new PartitionQuery.OpenShardOf(Groups.TENANT)))
                .isInstanceOfSatisfying(
                        PartitionAnswer.Shard.class, it -> assertThat(it.grant()).isNotNull());
        assertThat(one.log.reads()).isEqualTo(1);
    }

    @Test
    void whoDoesNotLeadSaysWhoDoes() throws InterruptedException {
        one.log.lead(false, Groups.peer(2));
        assertThat(execute(Groups.openWrite(1)))
                .isEqualTo(new MetadataResponse.NotLeader(Groups.node(2)));
        assertThat(
                        one.server.handle(
                                new MetadataRequest.Ask(
                                        QueryCodec.encode(new PartitionQuery.Summary())),
                                one.clock.in(10)))
                .isEqualTo(new MetadataResponse.NotLeader(Groups.node(2)));
        one.log.lead(true, null);
        one.clockTrusted = false;
        assertThat(execute(Groups.openWrite(1)))
                .as("a node whose clock is off does not lead")
                .isEqualTo(new MetadataResponse.NotLeader(null));
    }

    @Test
    void outcomesOfTheLogAreTold() throws InterruptedException {
        one.log.next(new ProposeResult.OutcomeUnknown("term changed"));
        assertThat(execute(Groups.openWrite(1)))
                .isEqualTo(new MetadataResponse.Failed(ErrorCode.OUTCOME_UNKNOWN, "term changed"));
        one.log.next(new ProposeResult.Overloaded());
        assertThat(execute(Groups.openWrite(1)))
                .isInstanceOfSatisfying(
                        MetadataResponse.Failed.class,
                        it -> assertThat(it.code()).isEqualTo(ErrorCode.OVERLOADED));
        one.log.failReads(1);
        assertThat(
                        one.server.handle(
                                new MetadataRequest.Ask(
                                        QueryCodec.encode(new PartitionQuery.Summary())),
                                one.clock.in(10)))
                .isEqualTo(new MetadataResponse.Failed(ErrorCode.UNAVAILABLE, "no quorum"));
    }

    @Test
    void stampsNeverGoBackEvenIfTheClockDoes() throws InterruptedException {
        allowKeys();
        one.clock.advance(-1_500);
        assertThat(reply(Groups.openWrite(1))).isInstanceOf(PartitionReply.WriteOpened.class);
        long stateMillis =
                CommandCodec.decodePartition(Bytes.wrap(one.log.entries().getLast()))
                        .stamp()
                        .wallMillis();
        assertThat(stateMillis).isGreaterThan(one.clock.wallMillis());
    }

    @Test
    void aNewLeaderWithASlowerClockGoesOnFromTheStatesTime() throws InterruptedException {
        allowKeys();
        PartitionServer successor = successor();
        one.clock.advance(-1_500);
        MetadataResponse response =
                successor.execute(new Stamp(0, 10, 0, 1), Groups.openWrite(1), one.clock.in(10));
        assertThat(response)
                .isInstanceOfSatisfying(
                        MetadataResponse.Replied.class,
                        it ->
                                assertThat(ReplyCodec.decodePartition(it.reply()))
                                        .isInstanceOf(PartitionReply.WriteOpened.class));
    }

    @Test
    void aClockFarBehindTheStateIsToldToTheCaller() throws InterruptedException {
        PartitionServer successor = successor();
        one.clock.advance(-60_000);
        MetadataResponse response =
                successor.execute(new Stamp(0, 10, 0, 1), Groups.openWrite(1), one.clock.in(10));
        assertThat(response)
                .isInstanceOfSatisfying(
                        MetadataResponse.Replied.class,
                        it ->
                                assertThat(ReplyCodec.decodePartition(it.reply()))
                                        .isInstanceOfSatisfying(
                                                PartitionReply.Retry.class,
                                                retry ->
                                                        assertThat(retry.why())
                                                                .isEqualTo(
                                                                        PartitionReply.Retry.Why
                                                                                .STAMP)));
    }

    @Test
    void afterDaysOfQuietTheStatesTimeIsWalkedUp() throws InterruptedException {
        allowKeys();
        one.clock.advance(TimeUnit.DAYS.toMillis(3) + 12_345);
        assertThat(reply(Groups.openWrite(1))).isInstanceOf(PartitionReply.WriteOpened.class);
        assertThat(one.log.entries()).hasSizeBetween(73, 80);
    }

    private PartitionServer successor() {
        return new PartitionServer(
                new GroupServer.Wiring(
                        Groups.SELF,
                        Groups.PARTITION,
                        one.log,
                        one.table,
                        one.tasks,
                        Groups.inline(one.tasks),
                        () -> true,
                        Groups::nodeOf,
                        () -> FeatureLevels.HIGHEST,
                        one.metrics),
                one.keys,
                () -> 5);
    }

    @Test
    void anyReplicaSaysHowItStands() throws InterruptedException {
        one.log.lead(false, Groups.peer(3));
        MetadataResponse response =
                one.server.handle(new MetadataRequest.Status(), one.clock.in(10));
        assertThat(response)
                .isInstanceOfSatisfying(
                        MetadataResponse.Stands.class,
                        it -> {
                            assertThat(it.status().leader()).isEqualTo(Groups.node(3));
                            assertThat(it.status().appliedIndex()).isEqualTo(1);
                            assertThat(it.status().figures()).isNotNull();
                        });
        assertThat(MetadataResponse.decode(MetadataResponse.encode(response))).isEqualTo(response);
    }

    @Test
    void leadersSweepExpiredWrites() throws InterruptedException {
        allowKeys();
        var _ = reply(Groups.openWrite(1));
        LeaderWorker worker =
                new LeaderWorker(
                        Groups.PARTITION, one.server, one.clock, LeaderWorker.Sweep.EXPIRED_WRITES);
        one.clock.advance(61_000);
        assertThat(worker.step()).isInstanceOf(io.lethe.node.base.background.Step.Idle.class);
        int before = one.log.entries().size();
        assertThat(worker.step()).as("not due again").isNotNull();
        assertThat(one.log.entries()).hasSize(before);
        assertThat(ask(new PartitionQuery.Summary()))
                .isInstanceOfSatisfying(
                        PartitionAnswer.Figures.class, it -> assertThat(it.openWrites()).isZero());
    }
}
