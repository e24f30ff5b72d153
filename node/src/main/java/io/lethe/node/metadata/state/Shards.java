package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.metadata.command.PartitionCommand.CloseShard;
import io.lethe.node.metadata.command.PartitionCommand.ConfirmRewrap;
import io.lethe.node.metadata.command.PartitionCommand.DestroyShard;
import io.lethe.node.metadata.command.PartitionCommand.OpenShard;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.ShardTable.Shard;
import io.lethe.node.metadata.state.ShardTable.State;
import io.lethe.node.model.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Decides about shards; their states are those of {@link ShardTable}. */
final class Shards {
    private Shards() {}

    static PartitionReply open(Draft draft, OpenShard c) {
        ShardGrant grant = c.grant();
        if (!KeyCopies.any(draft.rows())) {
            return Replies.refused(
                    ErrorCode.UNAVAILABLE,
                    "no copy of this partition's key file is registered; register its replicas"
                            + " first");
        }
        int bytes = grant.wrappedShardKey().length();
        if (bytes == 0 || bytes > FieldWriter.MOST_WRAPPED_BYTES) {
            return Replies.invalid("a wrapped shard key has " + bytes + " bytes");
        }
        Shard before = ShardTable.get(draft, grant.shard());
        if (before != null) {
            return before.state() != State.DESTROYED && before.tenant().equals(grant.tenant())
                    ? Replies.DONE
                    : Replies.invalid(
                            "shard " + grant.shard() + " was used already; make a fresh id");
        }
        ShardTable.put(
                draft,
                grant.shard(),
                new Shard(
                        State.OPEN,
                        grant.tenant(),
                        grant.tenantKeyVersion(),
                        draft.millis(),
                        0,
                        0));
        draft.writeSlot(grant);
        return Replies.DONE;
    }

    static PartitionReply close(Draft draft, CloseShard c) {
        Shard shard = ShardTable.get(draft, c.shard());
        if (shard == null) {
            return Replies.invalid("there is no shard " + c.shard());
        }
        if (shard.open()) {
            ShardTable.put(draft, c.shard(), shard.with(State.CLOSED));
        }
        return Replies.DONE;
    }

    /** Holders of the other half are counted still. */
    private static PartitionReply swept() {
        return Replies.refused(
                ErrorCode.UNAVAILABLE, "the shards are being divided since a split; try again");
    }

    static PartitionReply destroy(Draft draft, DestroyShard c) {
        if (SplitSweep.ofShards(draft.head)) {
            return swept();
        }
        Shard shard = ShardTable.get(draft, c.shard());
        if (shard == null) {
            return Replies.invalid("there is no shard " + c.shard());
        }
        if (shard.state() == State.DESTROYED) {
            return Replies.DONE;
        }
        if (shard.open() || shard.live() > 0) {
            return Replies.invalid(
                    "shard "
                            + c.shard()
                            + (shard.open() ? " is open" : " wraps " + shard.live() + " versions")
                            + "; close it, re-wrap its versions, then destroy it");
        }
        if (ShardTable.anyMoved(draft.rows(), c.shard())) {
            return Replies.invalid(
                    "the re-wrapping of shard "
                            + c.shard()
                            + " is not confirmed; let another replica verify it first");
        }
        ShardTable.put(draft, c.shard(), shard.with(State.DESTROYED));
        draft.destroySlot(c.shard());
        return Replies.DONE;
    }

    static PartitionReply confirm(Draft draft, ConfirmRewrap c) {
        Shard shard = ShardTable.get(draft, c.shard());
        if (shard == null || shard.open()) {
            return Replies.invalid("shard " + c.shard() + " was not re-wrapped");
        }
        ShardTable.forgetMoved(draft, c.shard());
        return Replies.DONE;
    }

    static PartitionReply rewrap(Draft draft, Rewrap c) {
        if (SplitSweep.ofShards(draft.head)) {
            return swept();
        }
        Shard from = ShardTable.get(draft, c.from());
        Shard to = ShardTable.get(draft, c.to());
        if (from == null || from.state() != State.CLOSED) {
            return Replies.invalid("shard " + c.from() + " is not closed; close it first");
        }
        if (to == null || !to.takes(draft.head)) {
            return Replies.retry(Why.SHARD, 0);
        }
        if (!to.tenant().equals(from.tenant())) {
            return Replies.invalid("shards " + c.from() + " and " + c.to() + " differ in tenant");
        }
        if (to.wrapped() + c.list().size() > ShardTable.MOST) {
            return Replies.retry(Why.SHARD, 0);
        }
        if (!exact(ShardTable.holders(draft.rows(), c.from()), c.list())) {
            return Replies.invalid(
                    "the list is not that of shard "
                            + c.from()
                            + "'s live versions; read them again");
        }
        for (Rewrapped one : c.list()) {
            rewrap(draft, c, one);
        }
        return Replies.DONE;
    }

    private static boolean exact(List<Bytes> holders, List<Rewrapped> list) {
        Set<Bytes> named = new HashSet<>();
        for (Rewrapped one : list) {
            if (one.order() < 0 || one.wrappedKey().isEmpty()) {
                return false;
            }
            named.add(RowKeys.versionKey(one.bucket(), one.key(), one.order()));
        }
        return named.size() == list.size() && named.equals(Set.copyOf(holders));
    }

    private static void rewrap(Draft draft, Rewrap c, Rewrapped one) {
        Bytes place = RowKeys.versionKey(one.bucket(), one.key(), one.order());
        HeldKey held = HeldKey.find(draft, place);
        if (held == null) {
            Check.that(false, "shard " + c.from() + " holds a key of nothing");
            return;
        }
        held.rewrap(draft, c.to(), one.wrappedKey());
        ShardTable.moved(draft, c.from(), place, held.wrappedKey());
        ShardTable.release(draft, c.from(), place);
        var _ = ShardTable.hold(draft, c.to(), place);
    }
}
