package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands against partitions and prepares them anew when what they were prepared with is old.
 */
final class Commits {
    /** Preparations of one command: a fence, a shard and a stamp may each be passed twice. */
    private static final int MOST_PREPARED = 8;

    /** How long a failed upload may take to say so, whatever was left of its deadline. */
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private static final long STAMP_PAUSE_NANOS = Duration.ofMillis(20).toNanos();

    private final ObjectPorts ports;
    private final BucketGate gate;
    private final ShardGrants shards;

    Commits(ObjectPorts ports, BucketGate gate, ShardGrants shards) {
        this.ports = ports;
        this.gate = gate;
        this.shards = shards;
    }

    /** Makes a version's body with its data key wrapped by a shard. */
    interface BodyMaker {
        VersionBody under(ShardGrant shard);
    }

    /**
     * Runs a command whose validation is cheap to repeat: {@code checkedAt} is asked for each time.
     */
    PartitionReply execute(
            Bytes rowKey, PartitionCommand command, LongSupplier checkedAt, long deadlineNanos)
            throws InterruptedException {
        for (int prepared = 1; ; prepared++) {
            PartitionReply reply =
                    ports.metadata().execute(rowKey, command, checkedAt.getAsLong(), deadlineNanos);
            if (!(reply instanceof Retry retry)
                    || retry.why() != Retry.Why.STAMP
                    || prepared == MOST_PREPARED) {
                return reply;
            }
            ports.tasks().sleep(STAMP_PAUSE_NANOS);
        }
    }

    /** The command with who is to be told of it, where somebody is. */
    PartitionCommand noted(
            Caller caller,
            BucketRecord bucket,
            Bytes key,
            EventNotes.Cause cause,
            PartitionCommand command) {
        EventNote note = ports.notes().of(bucket, key, cause, caller);
        return note == null ? command : new PartitionCommand.Noted(command, note);
    }

    /**
     * A version whose bytes are where they shall be.
     *
     * @param shard null: the tenant's open one
     */
    record Ready(Bytes key, BodyMaker body, @Nullable ShardGrant shard, EventNotes.Cause cause) {}

    /** Commits a version. */
    PartitionReply.Committed commit(
            Caller caller,
            PutRequest request,
            BucketGate.Admitted first,
            Ready ready,
            long deadlineNanos)
            throws InterruptedException {
        Bytes key = ready.key();
        Bytes rowKey = RowKeys.objectKey(first.bucket().id(), key);
        Maker command =
                (admitted, grant) ->
                        noted(
                                caller,
                                admitted.bucket(),
                                key,
                                ready.cause(),
                                new PartitionCommand.Commit(
                                        request.write(),
                                        admitted.bucket().id(),
                                        key,
                                        caller.tenant(),
                                        admitted.bucket().versioning(),
                                        request.condition(),
                                        ready.body().under(grant),
                                        ObjectLocks.of(admitted.bucket(), request.protection())));
        ShardGrant shard = ready.shard();
        ShardGrant grant =
                shard != null ? shard : shards.open(rowKey, caller.tenant(), deadlineNanos);
        PartitionReply reply =
                prepared(caller, request.bucket(), first, rowKey, command, grant, deadlineNanos);
        if (!(reply instanceof PartitionReply.Committed done)) {
            throw failure(reply);
        }
        if (done.shardFull()) {
            shards.forget(rowKey, caller.tenant());
        }
        return done;
    }

    /** Makes a command for what it was validated against and the shard that wraps its key. */
    interface Maker {
        PartitionCommand under(BucketGate.Admitted admitted, ShardGrant shard);
    }

    /** Runs a command that names a shard, and makes it again where that or its fence is old. */
    PartitionReply prepared(
            Caller caller,
            String bucket,
            BucketGate.Admitted first,
            Bytes rowKey,
            Maker command,
            ShardGrant shard,
            long deadlineNanos)
            throws InterruptedException {
        ShardGrant grant = shard;
        for (int prepared = 1; ; prepared++) {
            ShardGrant now = grant;
            PartitionReply reply =
                    fenced(
                            caller,
                            bucket,
                            first,
                            rowKey,
                            admitted -> command.under(admitted, now),
                            deadlineNanos);
            boolean again =
                    reply instanceof Retry retry
                            && retry.why() == Retry.Why.SHARD
                            && prepared < MOST_PREPARED;
            if (!again) {
                return reply;
            }
            shards.forget(rowKey, caller.tenant());
            grant = shards.open(rowKey, caller.tenant(), deadlineNanos);
        }
    }

    /** Runs a command of a request, and validates it again where its fence is old. */
    PartitionReply fenced(
            Caller caller,
            String bucket,
            BucketGate.Admitted first,
            Bytes rowKey,
            Function<BucketGate.Admitted, PartitionCommand> command,
            long deadlineNanos)
            throws InterruptedException {
        BucketGate.Admitted admitted = first;
        for (int prepared = 1; ; prepared++) {
            long checkedAt = admitted.checkedAt();
            PartitionReply reply =
                    execute(rowKey, command.apply(admitted), () -> checkedAt, deadlineNanos);
            boolean again =
                    reply instanceof Retry retry
                            && retry.why() == Retry.Why.FENCED
                            && prepared < MOST_PREPARED;
            if (!again) {
                return reply;
            }
            admitted = again(caller, bucket, first, deadlineNanos);
        }
    }

    /**
     * Validates again what was answered FENCED, and sees to it that it is still the same bucket.
     *
     * @throws StoreException OUTCOME_UNKNOWN when it can't be validated now: the fence refused one
     *     attempt, and an earlier one, whose answer was lost, may have been carried out
     */
    BucketGate.Admitted again(
            Caller caller, String bucket, BucketGate.Admitted first, long deadlineNanos)
            throws InterruptedException {
        BucketGate.Admitted now;
        try {
            now = gate.admitAgain(caller.tenant(), bucket, deadlineNanos);
        } catch (StoreException e) {
            throw switch (e.code()) {
                case UNAVAILABLE, DEADLINE, OVERLOADED -> unknown(e.getMessage());
                // Its deletion may be taken back, since an earlier attempt put something into it.
                case NO_SUCH_BUCKET ->
                        ports.directory().bucket(first.bucket().id()).isPresent()
                                ? unknown(e.getMessage())
                                : e;
                default -> e;
            };
        }
        if (!now.bucket().id().equals(first.bucket().id())) {
            throw new StoreException(
                    ErrorCode.NO_SUCH_BUCKET, "the bucket was deleted while the request ran");
        }
        return now;
    }

    /** Closes a write; a failure is left to the write's lease. */
    void closeQuietly(Bytes rowKey, PartitionCommand.CloseWrite command, long checkedAt)
            throws InterruptedException {
        try {
            var _ =
                    ports.metadata()
                            .execute(
                                    rowKey,
                                    command,
                                    checkedAt,
                                    ports.tasks().clock().nanos() + CLOSE_WITHIN.toNanos());
        } catch (StoreException e) {
            // The lease of the open write runs out and the partition closes it by itself.
        }
    }

    private static StoreException unknown(@Nullable String why) {
        return new StoreException(
                ErrorCode.OUTCOME_UNKNOWN,
                "an earlier attempt may have been carried out; then: " + why);
    }

    /** What a door says of a reply that is no success. */
    static StoreException failure(PartitionReply reply) {
        return switch (reply) {
            case PartitionReply.Refused(ErrorCode code, String message) ->
                    new StoreException(code, message);
            case Retry(Retry.Why why, long _) ->
                    unknown("the partition answered " + why + " once too often");
            default -> new StoreException(ErrorCode.INTERNAL, "an unexpected reply: " + reply);
        };
    }
}
