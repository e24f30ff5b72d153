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
import io.lethe.node.model.TenantId;
import java.time.Duration;
import java.util.function.Function;
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
        PartitionReply reply = prepared(first, rowKey, command, grant, deadlineNanos);
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

    /** Finds another shard where the one that a command names is not the open one any more. */
    private interface Shard {
        /** Returns false where the command names none. */
        boolean replace() throws InterruptedException;
    }

    /** The shard that a command names now. */
    private static final class Held {
        private ShardGrant grant;

        Held(ShardGrant first) {
            grant = first;
        }
    }

    /** Runs a command that names a shard, and makes it again where that or its fence is old. */
    PartitionReply prepared(
            BucketGate.Admitted first,
            Bytes rowKey,
            Maker command,
            ShardGrant shard,
            long deadlineNanos)
            throws InterruptedException {
        TenantId tenant = first.bucket().tenant();
        Held held = new Held(shard);
        return run(
                first,
                rowKey,
                admitted -> command.under(admitted, held.grant),
                () -> {
                    shards.forget(rowKey, tenant);
                    held.grant = shards.open(rowKey, tenant, deadlineNanos);
                    return true;
                },
                deadlineNanos);
    }

    /** Runs a command of a request, and validates it again where its fence is old. */
    PartitionReply fenced(
            BucketGate.Admitted first,
            Bytes rowKey,
            Function<BucketGate.Admitted, PartitionCommand> command,
            long deadlineNanos)
            throws InterruptedException {
        return run(first, rowKey, command, () -> false, deadlineNanos);
    }

    /** As {@link #fenced}, of a command that is the same whatever the bucket's settings are. */
    PartitionReply execute(
            BucketGate.Admitted first, Bytes rowKey, PartitionCommand command, long deadlineNanos)
            throws InterruptedException {
        return fenced(first, rowKey, _ -> command, deadlineNanos);
    }

    /**
     * @throws StoreException what goes wrong behind an attempt that was answered RETRY leaves the
     *     outcome open: before that answer another may have been lost, of an attempt that was
     *     carried out
     */
    private PartitionReply run(
            BucketGate.Admitted first,
            Bytes rowKey,
            Function<BucketGate.Admitted, PartitionCommand> command,
            Shard shard,
            long deadlineNanos)
            throws InterruptedException {
        BucketGate.Admitted admitted = first;
        boolean attempted = false;
        for (int prepared = 1; ; prepared++) {
            try {
                PartitionReply reply =
                        ports.metadata()
                                .execute(
                                        rowKey,
                                        command.apply(admitted),
                                        admitted.checkedAt(),
                                        deadlineNanos);
                if (!(reply instanceof Retry retry) || prepared == MOST_PREPARED) {
                    return reply;
                }
                attempted = true;
                switch (retry.why()) {
                    case STAMP -> ports.tasks().sleep(STAMP_PAUSE_NANOS);
                    case FENCED -> admitted = again(first, deadlineNanos);
                    case SHARD -> {
                        if (!shard.replace()) {
                            return reply;
                        }
                    }
                }
            } catch (StoreException e) {
                throw attempted ? behind(e) : e;
            }
        }
    }

    /** What is refused for good is refused of every attempt; the rest says nothing of them. */
    static StoreException behind(StoreException e) {
        return e.code().category() == ErrorCode.Category.CALLER
                        || e.code() == ErrorCode.OUTCOME_UNKNOWN
                ? e
                : unknown(e.getMessage());
    }

    /**
     * Validates again what was answered FENCED, and sees to it that it is still the same bucket.
     */
    private BucketGate.Admitted again(BucketGate.Admitted first, long deadlineNanos)
            throws InterruptedException {
        BucketRecord before = first.bucket();
        BucketGate.Admitted now;
        try {
            now = gate.admitAgain(first.caller(), before.name(), deadlineNanos);
        } catch (StoreException e) {
            // Its deletion may be taken back, since an earlier attempt put something into it.
            throw e.code() == ErrorCode.NO_SUCH_BUCKET
                            && ports.directory().bucket(before.id()).isPresent()
                    ? unknown(e.getMessage())
                    : e;
        }
        if (!now.bucket().id().equals(before.id())) {
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
