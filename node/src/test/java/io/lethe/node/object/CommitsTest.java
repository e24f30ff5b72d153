package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Retry.Why;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is prepared anew, how often, and what may be said of it when that fails. */
final class CommitsTest {
    private static final ShardGrant GRANT =
            new ShardGrant(
                    new ShardId(new Id128(4, 4)),
                    ObjectWorld.CALLER.tenant(),
                    1,
                    Bytes.utf8("shard"));

    private final ObjectWorld world = new ObjectWorld();
    private final Scripted metadata = new Scripted();
    private final ObjectPorts ports =
            TestPorts.of(new ManualTasks(), world.ports.directory(), metadata, () -> {});
    private final BucketGate gate = new BucketGate(ports.directory(), metadata, ports.lease());
    private final Commits commits =
            new Commits(ports, gate, new ShardGrants(ports.directory(), metadata));

    /** A partition that answers what it is told to, then that it is done. */
    private final class Scripted extends ForwardingMetadata {
        private final Deque<Object> answers = new ArrayDeque<>();
        private @Nullable ErrorCode behind;
        private int sent;

        Scripted() {
            super(world.metadata);
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos) {
            sent++;
            Object next = answers.isEmpty() ? new PartitionReply.Done() : answers.remove();
            if (next instanceof Why why) {
                return new PartitionReply.Retry(why, 7);
            }
            if (next instanceof ErrorCode code) {
                throw new StoreException(code, "the partition has no leader");
            }
            return (PartitionReply) next;
        }

        @Override
        public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos) {
            fail();
            return new PartitionAnswer.Shard(GRANT);
        }

        @Override
        public void catchUpDirectory(long deadlineNanos) {
            fail();
        }

        private void fail() {
            ErrorCode code = behind;
            if (code != null) {
                throw new StoreException(code, "there is no leader");
            }
        }
    }

    private BucketGate.Admitted admitted() throws InterruptedException {
        return gate.admit(ObjectWorld.CALLER, ObjectWorld.PLAIN, world.deadline());
    }

    private PartitionReply run(Function<BucketGate.Admitted, PartitionCommand> command)
            throws InterruptedException {
        return commits.prepared(
                admitted(),
                RowKeys.objectKey(admitted().bucket().id(), Bytes.utf8("key")),
                (admitted, _) -> command.apply(admitted),
                GRANT,
                world.deadline());
    }

    private @Nullable ErrorCode failure(Function<BucketGate.Admitted, PartitionCommand> command) {
        StoreException failure =
                catchThrowableOfType(StoreException.class, () -> assertThat(run(command)).isNull());
        return failure == null ? null : failure.code();
    }

    private @Nullable ErrorCode failure() {
        return failure(_ -> new PartitionCommand.Fence(0));
    }

    /** Seed 42 of the simulator found a deletion that was done and said to be not. */
    @Test
    void whatWasFencedAndCanNotBeCheckedAgainMayHaveBeenDone() {
        for (ErrorCode code :
                List.of(
                        ErrorCode.UNAVAILABLE,
                        ErrorCode.DEADLINE,
                        ErrorCode.OVERLOADED,
                        // The bucket is being deleted, which is taken back when something is found
                        // in it.
                        ErrorCode.NO_SUCH_BUCKET)) {
            metadata.behind = code;
            metadata.answers.add(Why.FENCED);
            assertThat(failure()).as(code.name()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        }
    }

    @Test
    void whatCanNotBeSentAgainMayHaveBeenDone() {
        for (Why why : List.of(Why.FENCED, Why.SHARD, Why.STAMP)) {
            metadata.answers.addAll(List.of(why, ErrorCode.UNAVAILABLE));
            assertThat(failure()).as(why.name()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        }
    }

    @Test
    void whatFindsNoOtherShardMayHaveBeenDone() {
        metadata.behind = ErrorCode.UNAVAILABLE;
        metadata.answers.add(Why.SHARD);
        assertThat(failure()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void whatCanNotBeMadeAgainMayHaveBeenDone() {
        metadata.answers.add(Why.FENCED);
        int[] made = new int[1];
        assertThat(
                        failure(
                                _ -> {
                                    if (made[0]++ > 0) {
                                        throw new StoreException(
                                                ErrorCode.UNAVAILABLE, "no key service");
                                    }
                                    return new PartitionCommand.Fence(0);
                                }))
                .isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(made[0]).isEqualTo(2);
    }

    @Test
    void whatWasNeverProposedWasNotDone() {
        metadata.answers.add(ErrorCode.UNAVAILABLE);
        assertThat(failure()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(
                        failure(
                                _ -> {
                                    throw new StoreException(ErrorCode.UNAVAILABLE, "no key");
                                }))
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void aCommandIsMadeEightTimesWhateverItLacks() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            metadata.answers.addAll(List.of(Why.FENCED, Why.SHARD, Why.STAMP));
        }
        metadata.answers.removeLast();
        assertThat(run(_ -> new PartitionCommand.Fence(0)))
                .isEqualTo(new PartitionReply.Retry(Why.SHARD, 7));
        assertThat(metadata.sent).isEqualTo(8);
    }

    @Test
    void aDeletionIsMadeAsOftenAsAnyOther() throws InterruptedException {
        for (int i = 0; i < 7; i++) {
            metadata.answers.add(Why.FENCED);
        }
        metadata.answers.add(new PartitionReply.Deleted(0, false, false));
        Objects.Deletion done =
                new Objects(ports)
                        .delete(
                                ObjectWorld.CALLER,
                                new Objects.DeleteRequest(
                                        new WriteId(new Id128(1, 1)),
                                        ObjectWorld.PLAIN,
                                        "key",
                                        "",
                                        new Condition.Always()),
                                world.deadline());
        assertThat(done.versionId()).isEmpty();
        assertThat(metadata.sent).isEqualTo(8);
    }
}
