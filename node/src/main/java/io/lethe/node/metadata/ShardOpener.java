package io.lethe.node.metadata;

import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand.OpenShard;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.table.GroupTable;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens a shard for a tenant that has none in a partition. The key is made here, by the leader,
 * outside of the state machine, and travels to the replicas as data; requests that need one at the
 * same time wait for the same. Two leaders in turn may both open one: state picks, and a spare
 * shard does no harm. Safe for any thread; calls block the task.
 */
final class ShardOpener {
    private final Tasks tasks;
    private final ShardKeys keys;
    private final TableCalls calls;
    private final GroupTable table;
    private final Proposer proposer;
    private final LongSupplier directoryIndex;
    private final ConcurrentMap<TenantId, Promise<ShardGrant>> opening = new ConcurrentHashMap<>();
    private final LongAdder opened = new LongAdder();

    ShardOpener(
            Tasks tasks,
            ShardKeys keys,
            TableCalls calls,
            GroupTable table,
            Proposer proposer,
            LongSupplier directoryIndex) {
        this.tasks = tasks;
        this.keys = keys;
        this.calls = calls;
        this.table = table;
        this.proposer = proposer;
        this.directoryIndex = directoryIndex;
    }

    /** Shards that were opened from here. */
    long opened() {
        return opened.sum();
    }

    /**
     * The tenant's open shard, opened first where there is none.
     *
     * @throws StoreException UNAVAILABLE when this replica no longer leads, or as {@link
     *     ShardKeys#create} says
     */
    ShardGrant open(TenantId tenant, long deadlineNanos) throws InterruptedException {
        Promise<ShardGrant> mine = tasks.promise();
        Promise<ShardGrant> first = opening.putIfAbsent(tenant, mine);
        try {
            if (first != null) {
                return first.await(deadlineNanos);
            }
            return lead(tenant, mine, deadlineNanos);
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.DEADLINE, "no shard was opened for " + tenant + " in time", e);
        }
    }

    private ShardGrant lead(TenantId tenant, Promise<ShardGrant> mine, long deadlineNanos)
            throws InterruptedException, TimeoutException {
        boolean answered = false;
        try {
            ShardGrant grant = openNow(tenant, deadlineNanos);
            answered = mine.complete(grant);
            return grant;
        } catch (StoreException e) {
            answered = mine.fail(e);
            throw e;
        } finally {
            opening.remove(tenant, mine);
            if (!answered) {
                mine.fail(
                        new StoreException(
                                ErrorCode.UNAVAILABLE,
                                "opening a shard for " + tenant + " was given up; try again"));
            }
        }
    }

    private ShardGrant openNow(TenantId tenant, long deadlineNanos)
            throws InterruptedException, TimeoutException {
        ShardGrant present = present(tenant, deadlineNanos);
        if (present != null) {
            return present;
        }
        OpenShard command = new OpenShard(keys.create(tenant));
        Stamp asked = Stamp.asked(directoryIndex.getAsLong(), 0);
        Proposer.Outcome outcome =
                proposer.propose(
                        asked,
                        CommandLevels.of(command),
                        stamp -> CommandCodec.encode(stamp, command),
                        deadlineNanos);
        expectDone(outcome);
        opened.increment();
        ShardGrant chosen = present(tenant, deadlineNanos);
        return chosen == null ? command.grant() : chosen;
    }

    private static void expectDone(Proposer.Outcome outcome) {
        switch (outcome) {
            case Proposer.Outcome.Applied applied -> {
                PartitionReply reply = ReplyCodec.decodePartition(applied.reply());
                if (!(reply instanceof PartitionReply.Done)) {
                    throw new StoreException(
                            ErrorCode.UNAVAILABLE, "a shard was not opened: " + reply);
                }
            }
            case Proposer.Outcome.NotLeader _ ->
                    throw new StoreException(
                            ErrorCode.UNAVAILABLE,
                            "the leader changed while a shard was opened; try again");
            // The command that needed the shard had its own outcome before: this one doesn't count.
            case Proposer.Outcome.Failed failed ->
                    throw new StoreException(ErrorCode.UNAVAILABLE, failed.message());
        }
    }

    /** As of what has applied here: a leader has applied everything that it answered. */
    private @Nullable ShardGrant present(TenantId tenant, long deadlineNanos)
            throws InterruptedException, TimeoutException {
        PartitionAnswer answer =
                calls.submit(
                                () ->
                                        table.read(
                                                view ->
                                                        PartitionState.answer(
                                                                view.rows(),
                                                                new PartitionQuery.OpenShardOf(
                                                                        tenant))))
                        .await(deadlineNanos);
        return answer instanceof PartitionAnswer.Shard shard ? shard.grant() : null;
    }
}
