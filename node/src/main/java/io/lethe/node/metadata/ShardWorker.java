package io.lethe.node.metadata;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Holder;
import io.lethe.node.metadata.command.PartitionAnswer.ShardFigures;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Empties and destroys the shards of a partition that are under half live, so that the keys of
 * deleted versions go too. For each shard, by the leader, one step further at a time:
 *
 * <pre>
 * OPEN, had its fill, under half live   close
 * CLOSED, under half live or straddling unwrap its data keys here, propose them re-wrapped
 * CLOSED, empty, moved keys unconfirmed another replica compares them with its own slots; confirm
 * CLOSED, empty, all confirmed          destroy: the slot is overwritten on every replica
 * </pre>
 *
 * <p>Nothing is remembered here: what is to be done next is read from the partition's state, so any
 * step may be cut short or repeated, by another leader too. The state refuses a list that is not
 * that of the live holders, and to destroy what is not confirmed. A tenant key that can't be had
 * now leaves its shards for later. One task at a time.
 */
public final class ShardWorker implements Worker {
    /** Shards looked at in a step; each that is worked on takes some log entries. */
    private static final int PAGE = 32;

    /** For one shard: 512 unwrappings and four log entries. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final GroupId group;
    private final NodeId self;
    private final PartitionServer server;
    private final ShardKeys keys;
    private final RewrapWitness witness;
    private final Clock clock;
    private @Nullable ShardId after;
    private int turn;

    /**
     * @param self this node, which is its own witness only where nobody else votes
     */
    public ShardWorker(
            GroupId group,
            NodeId self,
            PartitionServer server,
            ShardKeys keys,
            RewrapWitness witness,
            Clock clock) {
        this.group = group;
        this.self = self;
        this.server = server;
        this.keys = keys;
        this.witness = witness;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "shards/" + group;
    }

    @Override
    public Step step() throws InterruptedException {
        if (!server.log().leadership().isLeader()) {
            after = null;
            return new Step.Idle("another replica leads");
        }
        PartitionAnswer answer =
                server.question(new PartitionQuery.Shards(after, PAGE), clock.nanos() + MOST_NANOS);
        if (!(answer instanceof PartitionAnswer.ShardPage(List<ShardFigures> shards))) {
            return new Step.Idle("the partition is not set up yet");
        }
        int moved = 0;
        String trouble = null;
        for (ShardFigures shard : shards) {
            try {
                moved += tend(shard, clock.nanos() + MOST_NANOS) ? 1 : 0;
            } catch (StoreException e) {
                trouble = shard.grant().shard() + ": " + e.getMessage();
            }
        }
        after = shards.size() < PAGE ? null : shards.getLast().grant().shard();
        if (trouble != null) {
            return new Step.Failed(trouble);
        }
        return moved > 0 || after != null
                ? new Step.Worked(moved + " of " + shards.size() + " shards went a step further")
                : new Step.Idle(shards.size() + " shards are more than half live");
    }

    /** Takes one shard a step further; false when there is nothing to do. */
    private boolean tend(ShardFigures shard, long deadlineNanos) throws InterruptedException {
        ShardId id = shard.grant().shard();
        boolean underHalf =
                shard.live() * 2 < shard.wrapped() || shard.live() == 0 || shard.straddling();
        if (shard.open()) {
            return underHalf && done(new PartitionCommand.CloseShard(id), deadlineNanos);
        }
        if (shard.live() > 0) {
            return underHalf && rewrap(shard.grant(), deadlineNanos);
        }
        if (!(server.question(new PartitionQuery.MovedFrom(id), deadlineNanos)
                instanceof PartitionAnswer.MovedKeys(var _, var unconfirmed))) {
            return false;
        }
        if (!unconfirmed.isEmpty()) {
            return done(
                    new PartitionCommand.ConfirmRewrap(id, witnessed(id, deadlineNanos)),
                    deadlineNanos);
        }
        // Refused where moved versions were deleted before anybody compared them: that is fine too.
        return done(new PartitionCommand.DestroyShard(id), deadlineNanos)
                || done(new PartitionCommand.ConfirmRewrap(id, self), deadlineNanos);
    }

    private boolean rewrap(ShardGrant from, long deadlineNanos) throws InterruptedException {
        PartitionAnswer open =
                server.question(new PartitionQuery.OpenShardOf(from.tenant()), deadlineNanos);
        PartitionAnswer held =
                server.question(new PartitionQuery.ShardHolders(from.shard()), deadlineNanos);
        if (!(open instanceof PartitionAnswer.Shard(ShardGrant to))
                || to == null
                || !(held instanceof PartitionAnswer.Holders(ShardGrant slot, var holders))) {
            return false;
        }
        if (slot == null) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "this replica lacks the key of the shard; hand the leadership of "
                            + group
                            + " on, then remove this replica and add it again");
        }
        List<Rewrapped> list = new ArrayList<>();
        for (Holder one : holders) {
            list.add(
                    new Rewrapped(
                            one.bucket(),
                            one.key(),
                            one.order(),
                            keys.rewrap(slot, one.wrappedKey(), to, one.write())));
        }
        return done(new PartitionCommand.Rewrap(from.shard(), to.shard(), list), deadlineNanos);
    }

    /** Which other replica found the moved keys equal. */
    private NodeId witnessed(ShardId shard, long deadlineNanos) throws InterruptedException {
        List<NodeId> others = server.otherVoters(self);
        boolean alone = server.log().membership().voters().size() <= 1;
        List<NodeId> asked = alone ? List.of(self) : others;
        StoreException last = null;
        for (int i = 0; i < asked.size(); i++) {
            NodeId node = asked.get(Math.floorMod(turn++, asked.size()));
            try {
                if (witness.verify(node, group, shard, deadlineNanos)) {
                    return node;
                }
                throw new StoreException(
                        ErrorCode.CORRUPT,
                        "node "
                                + node
                                + " finds other data keys than before the re-wrap; the shard is"
                                + " kept, compare the replicas of "
                                + group);
            } catch (StoreException e) {
                if (e.code() == ErrorCode.CORRUPT) {
                    throw e;
                }
                last = e;
            }
        }
        throw new StoreException(
                ErrorCode.UNAVAILABLE,
                "no other replica can compare the re-wrapped keys now; the shard waits",
                last);
    }

    /** Proposes; false where the state wants the step prepared again. */
    private boolean done(PartitionCommand command, long deadlineNanos) throws InterruptedException {
        Stamp asked = Stamp.asked(0, 0);
        return switch (server.execute(asked, command, deadlineNanos)) {
            case MetadataResponse.Replied replied ->
                    switch (ReplyCodec.decodePartition(replied.reply())) {
                        case PartitionReply.Done _ -> true;
                        // A version was written or deleted meanwhile, or the open shard is full.
                        case PartitionReply.Refused _, PartitionReply.Retry _ -> false;
                        case PartitionReply other ->
                                throw new StoreException(ErrorCode.INTERNAL, "answered " + other);
                    };
            case MetadataResponse.Failed failed ->
                    throw new StoreException(failed.code(), failed.message());
            case MetadataResponse other ->
                    throw new StoreException(ErrorCode.UNAVAILABLE, "answered " + other);
        };
    }
}
