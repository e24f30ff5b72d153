package io.lethe.node.s3.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.ForwardingMetadata;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What changes between the look of a lifecycle and its deed. */
final class LifecycleRacesTest extends LifecycleWorld {
    private interface Event {
        void happen() throws InterruptedException;
    }

    /** Lets something happen right before the first command of some kind. */
    private final class RacingCommand extends ForwardingMetadata {
        private final Predicate<PartitionCommand> when;
        private final Event event;
        private boolean happened;

        RacingCommand(Predicate<PartitionCommand> when, Event event) {
            super(world.metadata);
            this.when = when;
            this.event = event;
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
                throws InterruptedException {
            if (!happened && when.test(command)) {
                happened = true;
                event.happen();
            }
            return super.execute(rowKey, command, checkedAt, deadlineNanos);
        }
    }

    /** Lets something happen between the look at a change and what is done about it. */
    private final class Racing extends ForwardingMetadata {
        private final Event event;

        Racing(Event event) {
            super(world.metadata);
            this.event = event;
        }

        @Override
        public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos)
                throws InterruptedException {
            PartitionAnswer answer = super.queryIn(partition, query, deadlineNanos);
            if (query instanceof PartitionQuery.Changes) {
                event.happen();
            }
            return answer;
        }
    }

    @Test
    void aVersionThatArrivedInBetweenIsNeverExpired() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker = worker(new Racing(() -> put(PLAIN, "a")));
        run();
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.refused.sum()).isEqualTo(1);
    }

    @Test
    void nothingIsDeletedByRulesThatWereTakenBackMeanwhile() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker = worker(new Racing(() -> takeBack(PLAIN)));
        run();
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.refused.sum()).isEqualTo(1);
    }

    @Test
    void noUploadIsGivenUpByRulesWhoseRemovalWasAcknowledged() throws InterruptedException {
        rules(PLAIN, rule("", ABORT_AFTER_A_DAY));
        upload(PLAIN, "u");
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker =
                worker(
                        new RacingCommand(
                                command -> command instanceof PartitionCommand.AbortUpload,
                                () -> takeBack(PLAIN)));
        run();
        assertThat(uploads(PLAIN)).containsExactly("u");
        assertThat(meters.refused.sum()).isEqualTo(1);
        assertThat(meters.uploadsAborted.sum()).isZero();
    }

    @Test
    void nothingIsDeletedByRulesWhoseRemovalWasAcknowledged() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker =
                worker(
                        new RacingCommand(
                                command -> command instanceof PartitionCommand.Delete,
                                () -> takeBack(PLAIN)));
        run();
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.refused.sum()).isEqualTo(1);
    }

    @Test
    void whatIsTaggedOtherwiseMeanwhileIsKept() throws InterruptedException {
        rules(PLAIN, rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)));
        var _ = put(PLAIN, "a", 3, Map.of("t", "x"));
        var _ = put(PLAIN, "b", 3, Map.of("t", "x"));
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker = worker(new RacingCommand(_ -> true, () -> tag(PLAIN, "a", "y")));
        run();
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.refused.sum()).isEqualTo(1);
    }

    @Test
    void whatIsStillDueAfterAChangeGoesAtOnce() throws InterruptedException {
        rules(PLAIN, rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)));
        var _ = put(PLAIN, "a", 3, Map.of("t", "x"));
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker = worker(new RacingCommand(_ -> true, () -> tag(PLAIN, "a", "x")));
        // Sealed anew, although they say the same.
        run();
        assertThat(list(PLAIN)).isEmpty();
    }

    @Test
    void asManyNewerVersionsAreKeptAlsoWhereOneIsDeletedMeanwhile() throws InterruptedException {
        rules(VERSIONED, rule("", noncurrent(1, 2)));
        var _ = put(VERSIONED, "a");
        var _ = put(VERSIONED, "a");
        String third = put(VERSIONED, "a").versionId();
        var _ = put(VERSIONED, "a");
        world.metadata.moveTo(MIDNIGHT + 4 * DAY);
        worker = worker(new RacingCommand(_ -> true, () -> delete(VERSIONED, "a", third)));
        run();
        assertThat(list(VERSIONED)).hasSize(3);
        assertThat(meters.refused.sum()).as("seen below each that is above it").isEqualTo(3);
        assertThat(meters.noncurrentRemoved.sum()).isZero();
    }

    @Test
    void theNullVersionThatGoesIsTheOneThatWasLookedAt() throws InterruptedException {
        rules(VERSIONED, rule("", noncurrent(1, 0)));
        versioning(Versioning.SUSPENDED);
        var _ = put(VERSIONED, "a");
        var _ = put(VERSIONED, "b");
        versioning(Versioning.ENABLED);
        var _ = put(VERSIONED, "a");
        var _ = put(VERSIONED, "b");
        world.metadata.moveTo(MIDNIGHT + 4 * DAY);
        worker =
                worker(
                        new RacingCommand(
                                _ -> true,
                                () -> {
                                    versioning(Versioning.SUSPENDED);
                                    var _ = put(VERSIONED, "a");
                                }));
        run();
        assertThat(list(VERSIONED)).containsExactly("a", "a", "b");
        assertThat(meters.refused.sum()).isEqualTo(1);
        assertThat(meters.noncurrentRemoved.sum()).as("b's").isEqualTo(1);
    }

    @Test
    void whatIsDueWhileTheBucketIsMarkedForDeletionGoesOnceThatIsTakenBack()
            throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        rules(VERSIONED, rule("", days(1)));
        var _ = put(VERSIONED, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        assertThat(worker.step()).as("begins both").asString().contains("2 walks");
        BucketId bucket = new BucketId(2);
        long mark =
                ((DirectoryReply.BucketMarked)
                                world.metadata
                                        .execute(
                                                new DirectoryCommand.MarkBucketDeleting(bucket),
                                                0,
                                                0)
                                        .reply())
                        .markIndex();
        run();
        var _ =
                world.metadata.execute(
                        new DirectoryCommand.FinishBucketDelete(bucket, mark, false), 0, 0);
        run();
        assertThat(list(VERSIONED)).containsExactly("a*", "a");
    }

    @Test
    void aPartitionThatCannotBeReadIsAskedOnceInARound() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        rules(VERSIONED, rule("", days(1)));
        int[] asked = new int[1];
        worker =
                worker(
                        new ForwardingMetadata(world.metadata) {
                            @Override
                            public PartitionAnswer queryIn(
                                    GroupId partition, PartitionQuery query, long deadlineNanos) {
                                asked[0]++;
                                throw new StoreException(ErrorCode.UNAVAILABLE, "away");
                            }
                        });
        assertThat(worker.step()).isInstanceOf(Step.Worked.class);
        assertThat(asked[0]).isEqualTo(1);
        assertThat(meters.failed.sum()).isEqualTo(1);
        var _ = worker.step();
        assertThat(asked[0]).as("in the next round").isEqualTo(2);
    }

    /** A version of which nothing can be read. */
    private final class Damaged extends ForwardingMetadata {
        Damaged() {
            super(world.metadata);
        }

        @Override
        public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos)
                throws InterruptedException {
            PartitionAnswer answer = super.query(rowKey, query, deadlineNanos);
            if (!(query instanceof PartitionQuery.Find find)
                    || !find.key().equals(Bytes.utf8("damaged"))
                    || !(answer instanceof PartitionAnswer.Found found)) {
                return answer;
            }
            VersionRow row = Objects.requireNonNull(found.row());
            VersionBody body = Objects.requireNonNull(row.body());
            return new PartitionAnswer.Found(
                    row.withBody(body.withInfo(Bytes.wrap(new byte[40]))), found.shard());
        }
    }

    @Test
    void aVersionThatCannotBeJudgedIsLeftAndKeepsNoOther() throws InterruptedException {
        rules(PLAIN, rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)));
        var _ = put(PLAIN, "damaged", 3, Map.of("t", "x"));
        var _ = put(PLAIN, "whole", 3, Map.of("t", "x"));
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker = worker(new Damaged());
        run();
        assertThat(list(PLAIN)).containsExactly("damaged");
        assertThat(meters.failed.sum()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "OUT_OF_SPACE", "OUTCOME_UNKNOWN"})
    void whatFailsForAWhileIsDoneInTheNextRound(ErrorCode code) throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        worker =
                worker(
                        new RacingCommand(
                                _ -> true,
                                () -> {
                                    throw new StoreException(code, "for a while");
                                }));
        assertThat(worker.step()).asString().contains("for a while");
        assertThat(list(PLAIN)).containsExactly("a");
        run();
        assertThat(list(PLAIN)).isEmpty();
    }

    @Test
    void aRecordOlderThanItsRulesIsReadAgain() throws InterruptedException {
        rules(PLAIN, rule("", days(5)));
        BucketRecord old = world.metadata.directory.copy().bucket(new BucketId(1)).orElseThrow();
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        world.metadata.moveTo(MIDNIGHT + DAY);
        Directory real = world.metadata.directory.copy();
        int[] asked = new int[1];
        Directory behind =
                (Directory)
                        Proxy.newProxyInstance(
                                Directory.class.getClassLoader(),
                                new Class<?>[] {Directory.class},
                                (_, method, arguments) ->
                                        isOfOneBucket(method) && asked[0]++ == 1
                                                ? Optional.of(old)
                                                : method.invoke(real, arguments));
        worker = worker(world.metadata, world.tasks, behind);
        run();
        assertThat(list(PLAIN)).isEmpty();
        assertThat(meters.refused.sum()).isZero();
    }

    private static boolean isOfOneBucket(Method method) {
        return method.getName().equals("bucket")
                && method.getParameterTypes().length == 1
                && method.getParameterTypes()[0] == BucketId.class;
    }
}
