package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What is said of a bucket's change that stands, and of which something behind it failed. */
class BucketChangesTest {
    private final ObjectWorld world = new ObjectWorld();
    private final Failing metadata = new Failing();
    private final Buckets buckets =
            new Buckets(
                    new ObjectPorts(
                            world.ports.tasks(),
                            world.ports.random(),
                            world.ports.directory(),
                            metadata,
                            world.ports.peers(),
                            world.ports.tickets(),
                            world.ports.keys(),
                            world.ports.lease(),
                            world.ports.codecs(),
                            world.ports.meters(),
                            world.ports.settings()));

    /** Lets nothing through that it is told to refuse. */
    private final class Failing extends ForwardingMetadata {
        private Predicate<PartitionCommand> partition = _ -> false;
        private Predicate<DirectoryCommand> directory = _ -> false;
        private boolean stale;

        Failing() {
            super(world.metadata);
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
                throws InterruptedException {
            check(partition.test(command));
            return super.execute(rowKey, command, checkedAt, deadlineNanos);
        }

        @Override
        public PartitionReply executeIn(
                GroupId group, PartitionCommand command, long checkedAt, long deadlineNanos)
                throws InterruptedException {
            check(
                    partition.test(
                            command instanceof PartitionCommand.InRange ranged
                                    ? ranged.command()
                                    : command));
            return super.executeIn(group, command, checkedAt, deadlineNanos);
        }

        @Override
        public Applied execute(DirectoryCommand command, long controllerEpoch, long deadlineNanos)
                throws InterruptedException {
            check(directory.test(command));
            return super.execute(command, controllerEpoch, deadlineNanos);
        }

        @Override
        public void catchUpDirectory(long deadlineNanos) {
            check(stale);
        }

        private static void check(boolean fails) {
            if (fails) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "no leader");
            }
        }
    }

    /** A call of the doors'. */
    private interface Call {
        void run() throws InterruptedException;
    }

    private static ErrorCode failure(Call call) {
        return catchThrowableOfType(StoreException.class, call::run).code();
    }

    private BucketRecord bucket() {
        return world.ports.directory().bucket(CALLER.tenant(), PLAIN).orElseThrow();
    }

    private void delete() throws InterruptedException {
        buckets.delete(CALLER, PLAIN, world.deadline());
    }

    /** Else a listing behind it might still be answered. */
    @Test
    void aDeletionIsAnsweredOnceThisNodesCopyHasIt() throws Exception {
        metadata.stale = true;
        assertThat(failure(this::delete)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(world.ports.directory().bucket(CALLER.tenant(), PLAIN)).isEmpty();
    }

    @Test
    void aChangeThatStandsIsNotSaidToHaveFailed() {
        metadata.partition = PartitionCommand.Fence.class::isInstance;
        assertThat(failure(() -> version(Versioning.ENABLED))).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(bucket().versioning()).isEqualTo(Versioning.ENABLED);
        assertThat(failure(this::document)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(bucket().settings()).containsKey(BucketSetting.CORS);
        metadata.partition = _ -> false;
        metadata.stale = true;
        assertThat(failure(this::document)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        metadata.directory = _ -> true;
        assertThat(failure(this::document)).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    private void version(Versioning versioning) throws InterruptedException {
        buckets.setVersioning(CALLER, PLAIN, versioning, world.deadline());
    }

    private void document() throws InterruptedException {
        buckets.setDocument(
                CALLER, PLAIN, BucketSetting.CORS, Bytes.utf8("cors"), world.deadline());
    }

    @Test
    void aDocumentThatIsTooLongIsRefused() {
        Bytes document = Bytes.wrap(new byte[BucketDocument.MOST_BYTES + 1]);
        assertThat(
                        failure(
                                () ->
                                        buckets.setDocument(
                                                CALLER,
                                                PLAIN,
                                                BucketSetting.CORS,
                                                document,
                                                world.deadline())))
                .isEqualTo(ErrorCode.ENTITY_TOO_LARGE);
    }

    @Test
    void aDeletionThatWasTakenBackDidNotHappen() {
        metadata.partition = PartitionCommand.Fence.class::isInstance;
        assertThat(failure(this::delete)).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(bucket().state()).isEqualTo(BucketRecord.State.ACTIVE);
    }

    @Test
    void aDeletionThatCanNotBeTakenBackMayHappenYet() {
        metadata.directory = DirectoryCommand.FinishBucketDelete.class::isInstance;
        assertThat(failure(this::delete)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(bucket().state()).isEqualTo(BucketRecord.State.DELETING);
        metadata.partition = PartitionCommand.Fence.class::isInstance;
        assertThat(failure(this::delete)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aDeletionThatAbortedUploadsAndStoppedDidSomething() throws InterruptedException {
        for (String key : new String[] {"a", "b"}) {
            var _ =
                    world.objects
                            .uploads()
                            .create(
                                    CALLER,
                                    new Uploads.CreateRequest(
                                            new WriteId(Id128.random(world.ports.random())),
                                            PLAIN,
                                            key,
                                            "",
                                            new Attributes("t/t", Map.of(), Map.of(), Map.of()),
                                            Bytes.EMPTY),
                                    world.deadline());
        }
        metadata.partition =
                command ->
                        command instanceof PartitionCommand.AbortUpload abort
                                && abort.upload().key().utf8().equals("b");
        assertThat(failure(this::delete)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(bucket().state()).isEqualTo(BucketRecord.State.ACTIVE);
    }
}
