package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.AbortUpload;
import io.lethe.node.metadata.command.PartitionCommand.CloseShard;
import io.lethe.node.metadata.command.PartitionCommand.CloseWrite;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.CompleteUpload;
import io.lethe.node.metadata.command.PartitionCommand.ConfirmRewrap;
import io.lethe.node.metadata.command.PartitionCommand.CreateUpload;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.DeregisterKeyCopy;
import io.lethe.node.metadata.command.PartitionCommand.DestroyShard;
import io.lethe.node.metadata.command.PartitionCommand.ExpireWrites;
import io.lethe.node.metadata.command.PartitionCommand.Fence;
import io.lethe.node.metadata.command.PartitionCommand.Init;
import io.lethe.node.metadata.command.PartitionCommand.OpenShard;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.PruneResults;
import io.lethe.node.metadata.command.PartitionCommand.PutPart;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.Reclaimed;
import io.lethe.node.metadata.command.PartitionCommand.Recovered;
import io.lethe.node.metadata.command.PartitionCommand.RegisterKeyCopies;
import io.lethe.node.metadata.command.PartitionCommand.RenewWrites;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.SaveHash;
import io.lethe.node.metadata.command.PartitionCommand.SetInfo;
import io.lethe.node.metadata.command.PartitionCommand.SetLock;
import io.lethe.node.metadata.command.PartitionCommand.SweepParts;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.ShardId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metadata partition's state machine: what a command changes and answers, and what a question is
 * answered. Pure; every replica decides alike. No exception leaves it for anything that the codecs
 * let through: what is wrong with a command is refused, a broken invariant of the rows themselves
 * is a {@link io.lethe.node.base.Check.BrokenInvariant}, on which the replica halts.
 *
 * <p>Checks come in this order, and the first that fails answers: the stamp (STAMP), the feature
 * level that the command needs, the range (WrongPartition; to all, where it is given up), the key,
 * for requests the fence (FENCED), then the command's own. Refusals and retries change nothing, not
 * even the state's time.
 *
 * <p>The state's time is the newest stamp. A stamp may not go back and not jump more than {@link
 * #MOST_JUMP_MILLIS} ahead; the answer's detail is the state's time. A leader therefore stamps in
 * the order of its log and never below the state's time. After a pause of more than the most (all
 * nodes off) a new leader, whose clock has been checked against its peers', walks the time up with
 * {@code Fence(0)} commands, each stamped at most that far ahead.
 */
public final class PartitionState {
    /** How far a stamp may lie ahead of the state's time, in milliseconds: an hour (protocols). */
    public static final long MOST_JUMP_MILLIS = 60L * 60 * 1000;

    /** Greatest stamp, in milliseconds: orders are stamps << 20 and stay positive. */
    private static final long MOST_STAMP_MILLIS = (1L << 42) - 1;

    /** Greatest floor of orders: above any stamp's, with room for more versions than will be. */
    static final long MOST_ORDER_FLOOR = 1L << 62;

    private PartitionState() {}

    /** What a command changes, and what it answers. */
    public static Decision<PartitionReply> decide(
            Rows rows, Stamp stamp, PartitionCommand command) {
        PartitionHead head = PartitionHead.read(rows);
        if (head == null) {
            return first(rows, stamp, command);
        }
        PartitionReply early = refusal(head, stamp, command);
        if (early != null) {
            return Decision.only(early);
        }
        if (command instanceof PartitionCommand.DeleteBatch batch) {
            return each(rows, stamp, batch);
        }
        if (!(command instanceof Recovered)) {
            head.stateMillis = stamp.wallMillis();
        }
        Draft draft = new Draft(rows, head);
        PartitionReply reply = execute(draft, command);
        return switch (reply) {
            case PartitionReply.Refused _ -> Decision.only(reply);
            case PartitionReply.Retry _ -> Decision.only(reply);
            default -> new Decision<>(leveled(rows, stamp, draft.changes()), reply);
        };
    }

    /** The changes, and the level by which they were made where it is the first time. */
    private static List<Change> leveled(Rows rows, Stamp stamp, List<Change> changes) {
        if (stamp.featureLevel() <= LevelRow.read(rows)) {
            return changes;
        }
        List<Change> all = new ArrayList<>(changes);
        all.add(LevelRow.put(stamp.featureLevel()));
        return all;
    }

    /** One behind the other, each by the rows that those before it leave. */
    private static Decision<PartitionReply> each(
            Rows rows, Stamp stamp, PartitionCommand.DeleteBatch batch) {
        ChangedRows changed = new ChangedRows(rows);
        List<PartitionReply> replies = new ArrayList<>();
        for (PartitionCommand one : batch.deletes()) {
            Decision<PartitionReply> decision = decide(changed, stamp, one);
            changed.change(decision.changes());
            replies.add(decision.reply());
        }
        return new Decision<>(changed.changes(), new PartitionReply.DeleteBatchDone(replies));
    }

    /** Answers a question. */
    public static PartitionAnswer answer(Rows rows, PartitionQuery query) {
        PartitionHead head = PartitionHead.read(rows);
        return head == null ? new PartitionAnswer.NotInRange() : Answers.answer(rows, head, query);
    }

    /**
     * What a replica makes the child of, if this command splits this state; null where it does not.
     */
    public static @Nullable Birth birth(Rows rows, Stamp stamp, PartitionCommand.Split split) {
        PartitionHead head = PartitionHead.read(rows);
        return head == null || refusal(head, stamp, split) != null
                ? null
                : Splits.birth(rows, head, stamp, split);
    }

    /** Whether this state has a range, and the row key is outside of it. */
    public static boolean isBeyond(Rows rows, Bytes rowKey) {
        PartitionHead head = PartitionHead.read(rows);
        return head != null && !head.covers(rowKey);
    }

    /** Whether a split is not known to be durable at the child: its entry must stay in the log. */
    public static boolean keepsLog(Rows rows) {
        PartitionHead head = PartitionHead.read(rows);
        return head != null && head.pendingChild != 0;
    }

    /** Whether the keys may go to this copy. */
    public static boolean registered(Rows rows, KeyCopy copy) {
        return KeyCopies.registered(rows, copy);
    }

    /**
     * Shard keys in the order of their shards.
     *
     * @param next where to go on; null: those were the last
     * @param lacking whether a shard of which versions need the key has none: it was destroyed
     *     since these rows were current
     */
    public record ShardKeys(List<ShardGrant> grants, @Nullable ShardId next, boolean lacking) {
        public ShardKeys {
            grants = List.copyOf(grants);
        }
    }

    /** Keys of shards behind {@code after}, at most {@code limit}. */
    public static ShardKeys shardKeys(Rows rows, @Nullable ShardId after, int limit) {
        return ShardTable.keys(rows, after, limit);
    }

    private static Decision<PartitionReply> first(
            Rows rows, Stamp stamp, PartitionCommand command) {
        if (!(command instanceof Init init)) {
            return Decision.only(
                    Replies.refused(
                            ErrorCode.UNAVAILABLE,
                            "this partition has no range yet; wait until it is set up"));
        }
        if (stamp.wallMillis() < 0 || stamp.wallMillis() > MOST_STAMP_MILLIS) {
            return Decision.only(Replies.retry(Why.STAMP, 0));
        }
        if (init.orderFloor() < 0
                || init.orderFloor() > MOST_ORDER_FLOOR
                || (!init.to().isEmpty() && init.from().compareTo(init.to()) >= 0)) {
            return Decision.only(
                    Replies.invalid(
                            "a partition from "
                                    + init.from()
                                    + " to "
                                    + init.to()
                                    + " with orders above "
                                    + init.orderFloor()));
        }
        PartitionHead head = new PartitionHead(init.from(), init.to());
        head.lastOrder = init.orderFloor();
        head.stateMillis = stamp.wallMillis();
        Draft draft = new Draft(rows, head);
        PartitionReply registered = KeyCopies.register(draft, init.copies());
        return registered instanceof PartitionReply.Done
                ? new Decision<>(leveled(rows, stamp, draft.changes()), registered)
                : Decision.only(registered);
    }

    /** The checks before a command's own; null when all hold. */
    private static @Nullable PartitionReply refusal(
            PartitionHead head, Stamp stamp, PartitionCommand command) {
        if (command instanceof Recovered c) {
            return c.orderFloor() >= 0 && c.orderFloor() <= MOST_ORDER_FLOOR
                    ? null
                    : Replies.invalid("orders above " + c.orderFloor());
        }
        if (stamp.wallMillis() < head.stateMillis
                || stamp.wallMillis() > head.stateMillis + MOST_JUMP_MILLIS
                || stamp.wallMillis() > MOST_STAMP_MILLIS) {
            return Replies.retry(Why.STAMP, head.stateMillis);
        }
        int needed = CommandLevels.of(command);
        if (needed > stamp.featureLevel()) {
            return Replies.refused(
                    CommandLevels.REFUSED, CommandLevels.refusal(needed, stamp.featureLevel()));
        }
        if (head.givenUpSince != 0 && !HandOver.concerns(command)) {
            return new PartitionReply.WrongPartition(head.mapEpoch);
        }
        if (command instanceof PartitionCommand.InRange(Bytes from, Bytes to, var _)
                && !head.coversAll(from, to)) {
            return new PartitionReply.WrongPartition(head.mapEpoch);
        }
        Target target = target(command);
        if (target != null) {
            if (!head.covers(target.bucket(), target.key())) {
                return new PartitionReply.WrongPartition(head.mapEpoch);
            }
            int bytes = target.key().length();
            if (bytes == 0) {
                return Replies.invalid("a key is empty");
            }
            if (bytes > VersionRow.MOST_KEY_BYTES) {
                return Replies.refused(
                        ErrorCode.KEY_TOO_LONG,
                        "a key has "
                                + bytes
                                + " bytes in UTF-8; "
                                + VersionRow.MOST_KEY_BYTES
                                + " is the most");
            }
            if (target.ofRequest() && stamp.checkedAt() < head.fence) {
                return Replies.retry(Why.FENCED, head.fence);
            }
        }
        return null;
    }

    /**
     * The object that a command is about.
     *
     * @param ofRequest whether it acts for a client's request or a bucket's rules, which were
     *     validated against the directory
     */
    private record Target(BucketId bucket, Bytes key, boolean ofRequest) {}

    private static @Nullable Target target(PartitionCommand command) {
        return switch (command) {
            case OpenWrite c -> new Target(c.bucket(), c.key(), true);
            case Commit c -> new Target(c.bucket(), c.key(), true);
            case Delete c -> new Target(c.bucket(), c.key(), true);
            case SetInfo c -> new Target(c.bucket(), c.key(), true);
            case SetLock c -> new Target(c.bucket(), c.key(), true);
            case CloseWrite c -> new Target(c.bucket(), c.key(), false);
            case Rebuilt c -> new Target(c.bucket(), c.key(), false);
            case ReplaceSegment c -> new Target(c.bucket(), c.key(), false);
            case PartitionCommand.OfUpload c -> ofUpload(c);
            case PartitionCommand.Noted c -> target(c.command());
            default -> null;
        };
    }

    private static @Nullable Target ofUpload(PartitionCommand.OfUpload command) {
        return switch (command) {
            case CreateUpload c -> new Target(c.bucket(), c.key(), true);
            case PutPart c -> target(c.upload(), true);
            case CompleteUpload c -> target(c.upload(), true);
            case AbortUpload c -> target(c.upload(), c.byRules());
            case SaveHash c -> target(c.upload(), false);
            case SweepParts _ -> null;
        };
    }

    private static Target target(UploadRef upload, boolean ofRequest) {
        return new Target(upload.bucket(), upload.key(), ofRequest);
    }

    private static PartitionReply execute(Draft draft, PartitionCommand command) {
        return switch (command) {
            case Init c -> initAgain(draft, c);
            case OpenWrite c -> Writes.open(draft, c);
            case RenewWrites c -> Writes.renew(draft, c);
            case CloseWrite c -> Writes.close(draft, c);
            case ExpireWrites c -> Writes.expire(draft, c);
            case PruneResults c -> Writes.prune(draft, c);
            case Commit c -> Commits.commit(draft, c);
            case Delete c -> Deletes.delete(draft, c);
            case SetInfo c -> VersionUpdates.setInfo(draft, c);
            case SetLock c -> Locks.set(draft, c);
            case OpenShard c -> Shards.open(draft, c);
            case CloseShard c -> Shards.close(draft, c);
            case Rewrap c -> Shards.rewrap(draft, c);
            case ConfirmRewrap c -> Shards.confirm(draft, c);
            case DestroyShard c -> Shards.destroy(draft, c);
            case RegisterKeyCopies c -> KeyCopies.register(draft, c.copies());
            case DeregisterKeyCopy c -> KeyCopies.deregister(draft, c);
            case Recovered c -> Recoveries.recovered(draft, c);
            case Fence c -> Segments.fence(draft, c);
            case RaisePgEpoch c -> Segments.raise(draft, c);
            case Reclaimed c -> Segments.reclaimed(draft, c);
            case Rebuilt c -> Segments.rebuilt(draft, c);
            case ReplaceSegment c -> Segments.replace(draft, c);
            case CreateUpload c -> Uploads.create(draft, c);
            case PutPart c -> Parts.put(draft, c);
            case CompleteUpload c -> Uploads.complete(draft, c);
            case AbortUpload c -> Uploads.abort(draft, c);
            case SaveHash c -> Parts.saveHash(draft, c);
            case SweepParts c -> Parts.sweep(draft, c);
            case PartitionCommand.SaveProgress c -> Changes.save(draft, c);
            case PartitionCommand.Noted c -> noted(draft, c);
            case PartitionCommand.Delivered c -> Outbox.delivered(draft, c);
            case PartitionCommand.InRange c -> execute(draft, c.command());
            case PartitionCommand.Split c -> Splits.split(draft, c);
            case PartitionCommand.FinishSplit c -> Splits.finish(draft, c);
            case PartitionCommand.SweepSplit c -> SplitSweep.sweep(draft, c);
            case PartitionCommand.GiveUp c -> HandOver.giveUp(draft, c);
            case PartitionCommand.TakeBack c -> HandOver.takeBack(draft, c);
            case PartitionCommand.Inherit c -> HandOver.inherit(draft, c);
            case PartitionCommand.TakeOver c -> HandOver.takeOver(draft, c);
            case PartitionCommand.DeleteBatch _ ->
                    throw new IllegalArgumentException("a batch is no command of one draft");
        };
    }

    /** A change, and in the same decision that somebody is to be told of it. */
    private static PartitionReply noted(Draft draft, PartitionCommand.Noted c) {
        boolean repeat = Outbox.isRepeat(draft, c);
        PartitionReply reply = execute(draft, c.command());
        if (!repeat) {
            Outbox.enter(draft, c, reply);
        }
        return reply;
    }

    private static PartitionReply initAgain(Draft draft, Init c) {
        return c.from().equals(draft.head.from) && c.to().equals(draft.head.to)
                ? Replies.DONE
                : Replies.invalid(
                        "this partition goes from " + draft.head.from + " to " + draft.head.to);
    }
}
