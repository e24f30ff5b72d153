package io.lethe.node.metadata;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.AnswerCodec;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandCodec.PartitionEntry;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.QueryCodec;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ReadResult;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A partition's replica on this node. As leader it stamps and proposes commands, opens shards where
 * a reply or answer asks for one, and answers questions from one consistent state, after a
 * read-index round. Safe for any thread.
 */
public final class PartitionServer implements GroupServer {
    /**
     * Steps of an hour by which the state's time is brought up to this clock, at most: a cluster
     * that was off for a year and a half.
     */
    static final int MOST_WALK_STEPS = 13_000;

    private final Wiring wiring;
    private final Proposer proposer;
    private final ShardOpener shards;
    private final ShardKeys keys;
    private final Tasks.Permits oneWalker;
    private final LoadMeter load;
    private volatile long lastRangeBytes;
    private final GroupExports exports;

    /**
     * @param directoryIndex of this node's directory copy
     */
    public PartitionServer(Wiring wiring, ShardKeys keys, LongSupplier directoryIndex) {
        this.wiring = wiring;
        this.keys = keys;
        proposer = wiring.proposer();
        exports = new GroupExports(wiring.self(), wiring);
        shards =
                new ShardOpener(
                        wiring.tasks(),
                        keys,
                        wiring.calls(),
                        wiring.table(),
                        proposer,
                        directoryIndex);
        oneWalker = wiring.tasks().permits(1);
        load = new LoadMeter(wiring.tasks().clock());
        wiring.metrics()
                .gauge(
                        "lethe_partition_commands_per_second",
                        "Commands that this replica proposed, over about a minute.",
                        "group")
                .watch(load::perSecond, wiring.group().toString());
        wiring.metrics()
                .gauge(
                        "lethe_partition_range_bytes",
                        "Bytes of the rows of a partition's range here, when last asked.",
                        "group")
                .watch(() -> lastRangeBytes, wiring.group().toString());
        wiring.metrics()
                .counter("lethe_metadata_shards_opened", "Shard keys made here.", "group")
                .watch(shards::opened, wiring.group().toString());
    }

    @Override
    public ReplicatedLog log() {
        return wiring.log();
    }

    @Override
    public MetadataResponse handle(MetadataRequest request, long deadlineNanos)
            throws InterruptedException {
        try {
            return switch (request) {
                case MetadataRequest.Execute execute -> {
                    PartitionEntry entry = CommandCodec.decodePartition(execute.entry());
                    yield execute(entry.stamp(), entry.command(), deadlineNanos);
                }
                case MetadataRequest.Ask ask -> ask(QueryCodec.decode(ask.query()), deadlineNanos);
                case MetadataRequest.Status _ -> new MetadataResponse.Stands(status(deadlineNanos));
                case MetadataRequest.Members _ -> members(deadlineNanos);
                case MetadataRequest.Configuration _ ->
                        new MetadataResponse.Members(log().membership().voters());
                case MetadataRequest.Export export -> exports.next(export, deadlineNanos);
                case MetadataRequest.Verify verify -> verify(verify.shard(), deadlineNanos);
            };
        } catch (StoreException e) {
            return new MetadataResponse.Failed(e.code(), String.valueOf(e.getMessage()));
        } catch (TimeoutException e) {
            // Only reads time out this way: a proposal that does has an outcome of its own.
            return new MetadataResponse.Failed(
                    ErrorCode.DEADLINE, wiring.group() + " did not answer before the deadline");
        }
    }

    /**
     * Proposes a command, and sees to what its reply asks of the leader.
     *
     * @param asked carries checkedAt and controller epoch; the rest is replaced
     */
    MetadataResponse execute(Stamp asked, PartitionCommand command, long deadlineNanos)
            throws InterruptedException {
        Proposer.Outcome outcome = proposeInTime(asked, command, deadlineNanos);
        if (!(outcome instanceof Proposer.Outcome.Applied applied)) {
            return GroupServer.response(outcome);
        }
        PartitionReply reply = ReplyCodec.decodePartition(applied.reply());
        TenantId tenant = tenantOf(command);
        if (tenant != null
                && reply instanceof PartitionReply.WriteOpened open
                && open.shard() == null) {
            ShardGrant grant = shards.open(tenant, deadlineNanos);
            PartitionReply whole = new PartitionReply.WriteOpened(grant, open.expiresMillis());
            return new MetadataResponse.Replied(applied.index(), ReplyCodec.encode(whole));
        }
        if (tenant != null && isRetry(reply, Why.SHARD)) {
            var _ = shards.open(tenant, deadlineNanos);
        }
        return GroupServer.response(outcome);
    }

    private static @Nullable TenantId tenantOf(PartitionCommand command) {
        return switch (command) {
            case PartitionCommand.OpenWrite open -> open.tenant();
            case PartitionCommand.Commit commit -> commit.tenant();
            case PartitionCommand.CreateUpload create -> create.tenant();
            default -> null;
        };
    }

    private static boolean isRetry(PartitionReply reply, Why why) {
        return reply instanceof PartitionReply.Retry retry && retry.why() == why;
    }

    private Proposer.Outcome proposeInTime(
            Stamp asked, PartitionCommand command, long deadlineNanos) throws InterruptedException {
        Proposer.Outcome outcome = propose(asked, command, deadlineNanos);
        long stateMillis = refusedStamp(outcome);
        if (stateMillis < 0) {
            return outcome;
        }
        if (!proposer.catchUp(stateMillis) && proposer.mayRaiseTime()) {
            walk(deadlineNanos);
        }
        return propose(asked, command, deadlineNanos);
    }

    private Proposer.Outcome propose(Stamp asked, PartitionCommand command, long deadlineNanos)
            throws InterruptedException {
        load.count();
        return proposer.propose(
                asked,
                CommandLevels.of(command),
                stamp -> CommandCodec.encode(stamp, command),
                deadlineNanos);
    }

    /** The state's time where it refused the stamp, else -1. */
    private static long refusedStamp(Proposer.Outcome outcome) {
        return outcome instanceof Proposer.Outcome.Applied applied
                        && ReplyCodec.decodePartition(applied.reply())
                                instanceof PartitionReply.Retry retry
                        && retry.why() == Why.STAMP
                ? retry.detail()
                : -1;
    }

    /**
     * After a long pause the state's time is far behind this clock, which the clock check confirms;
     * a stamp may be an hour ahead at most, so time goes up in such steps. One task does it, others
     * wait and find it done.
     */
    private void walk(long deadlineNanos) throws InterruptedException {
        oneWalker.acquire();
        try {
            PartitionCommand nothing = new PartitionCommand.Fence(0);
            Stamp asked = Stamp.asked(0, 0);
            long stateMillis = refusedStamp(propose(asked, nothing, deadlineNanos));
            for (int step = 0; step < MOST_WALK_STEPS && stateMillis >= 0; step++) {
                long next = stateMillis + PartitionState.MOST_JUMP_MILLIS;
                if (next > wiring.tasks().clock().wallMillis()) {
                    return;
                }
                Stamp stamp = new Stamp(next, 0, 0, proposer.level());
                Proposer.Outcome outcome =
                        proposer.proposeAs(CommandCodec.encode(stamp, nothing), deadlineNanos);
                if (!(outcome instanceof Proposer.Outcome.Applied)) {
                    return;
                }
                stateMillis = Math.max(next, refusedStamp(outcome));
            }
        } finally {
            oneWalker.release();
        }
    }

    private MetadataResponse ask(PartitionQuery query, long deadlineNanos)
            throws InterruptedException, TimeoutException {
        if (!proposer.leads()) {
            return GroupServer.response(proposer.notLeader());
        }
        ReadResult ready = log().readIndex(deadlineNanos).await(deadlineNanos);
        if (ready instanceof ReadResult.Unavailable unavailable) {
            return new MetadataResponse.Failed(ErrorCode.UNAVAILABLE, unavailable.reason());
        }
        PartitionAnswer answer = answer(query).await(deadlineNanos);
        if (query instanceof PartitionQuery.OpenShardOf of
                && answer instanceof PartitionAnswer.Shard shard
                && shard.grant() == null) {
            answer = new PartitionAnswer.Shard(shards.open(of.tenant(), deadlineNanos));
        }
        return new MetadataResponse.Answered(AnswerCodec.encode(answer));
    }

    /**
     * The members before and after a command of this leader's own has applied: the same both times,
     * their configuration lies before the command in one log, so it is committed.
     */
    private MetadataResponse members(long deadlineNanos) throws InterruptedException {
        ReplicatedLog.Membership before = log().membership();
        Stamp asked = Stamp.asked(0, 0);
        Proposer.Outcome outcome =
                proposeInTime(asked, new PartitionCommand.Fence(0), deadlineNanos);
        if (!(outcome instanceof Proposer.Outcome.Applied)) {
            return GroupServer.response(outcome);
        }
        if (!before.equals(log().membership())) {
            return new MetadataResponse.Failed(
                    ErrorCode.UNAVAILABLE, "the members of " + wiring.group() + " are changing");
        }
        List<RaftPeer> all = new ArrayList<>(before.voters());
        all.addAll(before.learners());
        return new MetadataResponse.Members(all);
    }

    /** Compares moved keys with this replica's own slots, which are as new as the call. */
    private MetadataResponse verify(ShardId shard, long deadlineNanos)
            throws InterruptedException, TimeoutException {
        ReadResult ready = log().readIndex(deadlineNanos).await(deadlineNanos);
        if (ready instanceof ReadResult.Unavailable unavailable) {
            return new MetadataResponse.Failed(ErrorCode.UNAVAILABLE, unavailable.reason());
        }
        PartitionAnswer answer = answer(new PartitionQuery.MovedFrom(shard)).await(deadlineNanos);
        if (!(answer instanceof PartitionAnswer.MovedKeys(ShardGrant from, var moved))) {
            return new MetadataResponse.Failed(
                    ErrorCode.UNAVAILABLE, wiring.group() + " is not set up here yet");
        }
        boolean equal = true;
        for (PartitionAnswer.MovedKey one : moved) {
            if (from == null || one.now().wrappedShardKey().isEmpty()) {
                return new MetadataResponse.Failed(
                        ErrorCode.UNAVAILABLE,
                        "this replica lacks a slot of shard " + shard + " or of its successor");
            }
            equal &= keys.same(from, one.wrappedBefore(), one.now(), one.wrappedNow(), one.write());
        }
        return new MetadataResponse.Verified(equal, moved.size());
    }

    /** Asks this replica, which must lead. */
    PartitionAnswer question(PartitionQuery query, long deadlineNanos) throws InterruptedException {
        return switch (handle(new MetadataRequest.Ask(QueryCodec.encode(query)), deadlineNanos)) {
            case MetadataResponse.Answered answered -> AnswerCodec.decode(answered.answer());
            case MetadataResponse.Failed failed ->
                    throw new StoreException(failed.code(), failed.message());
            case MetadataResponse other ->
                    throw new StoreException(
                            ErrorCode.UNAVAILABLE, wiring.group() + " answered " + other);
        };
    }

    /** The nodes of the other voters. */
    List<NodeId> otherVoters(NodeId self) {
        return log().membership().voters().stream()
                .map(wiring.nodes())
                .flatMap(Optional::stream)
                .filter(node -> !node.equals(self))
                .toList();
    }

    private Promise<PartitionAnswer> answer(PartitionQuery query) {
        return wiring.calls()
                .submit(
                        () ->
                                wiring.table()
                                        .read(view -> PartitionState.answer(view.rows(), query)));
    }

    /** How this replica stands, with figures from its own state. */
    ReplicaStatus status(long deadlineNanos) throws InterruptedException, TimeoutException {
        PartitionAnswer answer = answer(new PartitionQuery.Summary()).await(deadlineNanos);
        if (!(answer instanceof PartitionAnswer.Figures figures)) {
            return wiring.status(proposer);
        }
        lastRangeBytes =
                wiring.calls()
                        .submit(() -> wiring.table().rangeBytes(figures.from(), figures.to()))
                        .await(deadlineNanos);
        return wiring.status(proposer).with(lastRangeBytes, load.perSecond(), figures);
    }
}
