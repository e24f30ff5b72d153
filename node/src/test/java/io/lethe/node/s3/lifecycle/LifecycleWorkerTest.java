package io.lethe.node.s3.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.object.ObjectWorld;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Lifecycles over the real state machine, with time moved. */
final class LifecycleWorkerTest extends LifecycleWorld {
    @Test
    void anObjectEndsAtTheMidnightAfterItsDays() throws InterruptedException {
        rules(PLAIN, rule("", days(2)));
        var _ = put(PLAIN, "a");
        runAt(MIDNIGHT + 2 * DAY - 10);
        assertThat(list(PLAIN)).containsExactly("a");
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(list(PLAIN)).isEmpty();
        assertThat(meters.expired.sum()).isEqualTo(1);
    }

    @Test
    void aRuleThatComesLaterIsForWhatIsThereAlready() throws InterruptedException {
        var _ = put(PLAIN, "old");
        runAt(MIDNIGHT + 5 * DAY);
        rules(PLAIN, rule("", days(3)));
        var _ = put(PLAIN, "new");
        run();
        assertThat(list(PLAIN)).containsExactly("new");
    }

    @Test
    void onlyWhatTheFilterSaysEnds() throws InterruptedException {
        rules(
                PLAIN,
                rule("<Prefix>log/</Prefix>", days(1)),
                rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)).replace(">r<", ">s<"),
                rule(
                                "<And><Prefix>big/</Prefix><ObjectSizeGreaterThan>100"
                                        + "</ObjectSizeGreaterThan></And>",
                                days(1))
                        .replace(">r<", ">u<"));
        var _ = put(PLAIN, "log/a");
        var _ = put(PLAIN, "keep");
        var _ = put(PLAIN, "tagged", 3, Map.of("t", "x"));
        var _ = put(PLAIN, "other-tag", 3, Map.of("t", "y"));
        var _ = put(PLAIN, "big/small", 100, Map.of());
        var _ = put(PLAIN, "big/large", 101, Map.of());
        runAt(MIDNIGHT + DAY);
        assertThat(list(PLAIN)).containsExactly("big/small", "keep", "other-tag");
    }

    @Test
    void withVersionsAMarkerComesThenTheDataGoesThenTheMarker() throws InterruptedException {
        rules(VERSIONED, rule("", days(1) + noncurrent(1, 0)));
        var _ = put(VERSIONED, "a");
        runAt(MIDNIGHT + DAY);
        assertThat(list(VERSIONED)).containsExactly("a*", "a");
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(list(VERSIONED)).as("a day is not over").containsExactly("a*", "a");
        runAt(MIDNIGHT + 3 * DAY);
        assertThat(list(VERSIONED)).isEmpty();
    }

    @Test
    void theAgeOfAnOldVersionCountsFromWhatHidIt() throws InterruptedException {
        rules(VERSIONED, rule("", noncurrent(1, 0)));
        var _ = put(VERSIONED, "a");
        runAt(MIDNIGHT + 5 * DAY);
        var _ = put(VERSIONED, "a");
        run();
        assertThat(list(VERSIONED)).hasSize(2);
        runAt(MIDNIGHT + 7 * DAY);
        assertThat(list(VERSIONED)).containsExactly("a");
    }

    @Test
    void asManyNewerVersionsAsTheRuleSaysAreKept() throws InterruptedException {
        rules(VERSIONED, rule("", noncurrent(1, 2)));
        for (int i = 0; i < 4; i++) {
            var _ = put(VERSIONED, "a");
        }
        runAt(MIDNIGHT + 4 * DAY);
        assertThat(list(VERSIONED)).as("current and two").hasSize(3);
        var _ = put(VERSIONED, "a");
        run();
        assertThat(list(VERSIONED)).as("at once: the third is old enough").hasSize(3);
    }

    @Test
    void aMarkerThatHidesNothingGoes() throws InterruptedException {
        rules(
                VERSIONED,
                rule(
                        "",
                        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
                                + "</Expiration>"));
        delete(VERSIONED, "lone", "");
        var _ = put(VERSIONED, "hidden");
        delete(VERSIONED, "hidden", "");
        run();
        assertThat(list(VERSIONED)).containsExactly("hidden*", "hidden");
        assertThat(meters.markersRemoved.sum()).isEqualTo(1);
    }

    @Test
    void aDateEndsWhatIsThereOnceItHasComeAndWhatComesLater() throws InterruptedException {
        rules(PLAIN, rule("", "<Expiration><Date>2027-01-17T00:00:00Z</Date></Expiration>"));
        var _ = put(PLAIN, "a");
        runAt(MIDNIGHT + DAY - 10);
        assertThat(list(PLAIN)).containsExactly("a");
        runAt(MIDNIGHT + DAY);
        assertThat(list(PLAIN)).isEmpty();
        var _ = put(PLAIN, "b");
        run();
        assertThat(list(PLAIN)).isEmpty();
    }

    @Test
    void uploadsThatNobodyFinishesAreGivenUp() throws InterruptedException {
        rules(PLAIN, rule("<Prefix>up/</Prefix>", ABORT_AFTER_A_DAY));
        upload(PLAIN, "up/a");
        upload(PLAIN, "other");
        runAt(MIDNIGHT + DAY);
        assertThat(uploads(PLAIN)).containsExactly("other");
        assertThat(meters.uploadsAborted.sum()).isEqualTo(1);
    }

    @Test
    void progressThatCannotBeReadBeginsAnewAndStopsNoOther() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        rules(VERSIONED, rule("", days(1)));
        var _ = put(PLAIN, "a");
        var _ = put(VERSIONED, "b");
        save(1, Bytes.hex("ff01"));
        save(3, Bytes.hex("01"));
        runAt(MIDNIGHT + DAY);
        assertThat(list(PLAIN)).isEmpty();
        assertThat(list(VERSIONED)).containsExactly("b*", "b");
        assertThat(meters.failed.sum()).isZero();
        assertThat(saved()).as("the third's is removed").hasSize(2);
    }

    @Test
    void lanesThatBeganInTheFutureBeginAnew() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        long index =
                Objects.requireNonNull(
                        world.metadata
                                .directory
                                .copy()
                                .bucket(new BucketId(1))
                                .orElseThrow()
                                .settings()
                                .get(BucketSetting.LIFECYCLE));
        save(
                1,
                new LifecycleProgress(index, MIDNIGHT + 300 * DAY, Map.of(1L, Long.MAX_VALUE))
                        .encode());
        runAt(MIDNIGHT + DAY);
        assertThat(list(PLAIN)).isEmpty();
    }

    @Test
    void aNodeWhoseClockJumpedAheadTakesNothingForOld() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        Clock ahead =
                new Clock() {
                    @Override
                    public long wallMillis() {
                        return world.metadata.millis() + 30 * DAY;
                    }

                    @Override
                    public long nanos() {
                        return System.nanoTime();
                    }
                };
        worker = worker(world.metadata, new VirtualTasks(ahead, (_, _) -> {}));
        assertThat(worker.step()).asString().contains("clock is ahead");
        assertThat(list(PLAIN)).containsExactly("a");
        assertThat(meters.failed.sum()).isEqualTo(1);
    }

    @Test
    void everyChangeIsReachedHoweverLongAWalkTakes() throws InterruptedException {
        rules(PLAIN, rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)));
        for (int i = 0; i < 200; i++) {
            var _ = put(PLAIN, "k" + i);
        }
        var _ = put(PLAIN, "last", 3, Map.of("t", "x"));
        for (int page = 0; page < 2; page++) {
            world.metadata.moveTo(MIDNIGHT + DAY + page * LifecycleProgress.ANEW_MILLIS);
            assertThat(worker.step()).isInstanceOf(Step.Worked.class);
        }
        assertThat(list(PLAIN)).hasSize(200).doesNotContain("last");
    }

    @Test
    void aNewLeaderGoesOnWhereTheLastOneWas() throws InterruptedException {
        rules(PLAIN, rule("", "<Expiration><Days>1</Days></Expiration>"));
        rules(PLAIN, rule("<Tag><Key>t</Key><Value>x</Value></Tag>", days(1)));
        for (int i = 0; i < 250; i++) {
            var _ = put(PLAIN, "k" + i);
        }
        runAt(MIDNIGHT + DAY);
        assertThat(meters.looked.sum()).isEqualTo(250);
        worker = worker(world.metadata);
        run();
        assertThat(meters.looked.sum()).as("by the new leader").isZero();
        assertThat(list(PLAIN)).hasSize(250);
    }

    @Test
    void whatBecameDueWithoutAChangeIsMetWhenTheLanesBeginAnew() throws InterruptedException {
        rules(VERSIONED, rule("", days(1)));
        var _ = put(VERSIONED, "a");
        world.metadata.moveTo(MIDNIGHT);
        String newer = put(VERSIONED, "a").versionId();
        runAt(MIDNIGHT + DAY);
        delete(VERSIONED, "a", newer);
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(list(VERSIONED)).containsExactly("a");
        runAt(MIDNIGHT + DAY + LifecycleProgress.ANEW_MILLIS);
        assertThat(list(VERSIONED)).containsExactly("a*", "a");
    }

    @Test
    void aLockedVersionIsLeftUntilItsLockHasEnded() throws InterruptedException {
        world.buckets.setLock(
                ObjectWorld.CALLER,
                VERSIONED,
                new BucketLock(BucketLock.Mode.NONE, 0, 0),
                world.deadline());
        rules(VERSIONED, rule("", noncurrent(1, 0)));
        String locked = put(VERSIONED, "a").versionId();
        world.objects.setLock(
                ObjectWorld.CALLER,
                VERSIONED,
                "a",
                locked,
                new PartitionCommand.LockChange.Retain(
                        BucketLock.Mode.COMPLIANCE, MIDNIGHT + 5 * DAY),
                false,
                world.deadline());
        var _ = put(VERSIONED, "a");
        runAt(MIDNIGHT + 2 * DAY);
        assertThat(meters.refused.sum()).isEqualTo(1);
        runAt(MIDNIGHT + 6 * DAY);
        assertThat(list(VERSIONED)).containsExactly("a", "a");
        runAt(MIDNIGHT + 2 * DAY + LifecycleProgress.ANEW_MILLIS);
        assertThat(list(VERSIONED)).containsExactly("a");
    }

    @Test
    void progressGoesWithTheRules() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        runAt(MIDNIGHT + DAY);
        assertThat(saved()).hasSize(1);
        takeBack(PLAIN);
        worker = worker(world.metadata);
        rules(VERSIONED, rule("", days(1)));
        run();
        run();
        assertThat(saved()).allSatisfy(one -> assertThat(one.bucket().value()).isEqualTo(2));
    }

    @Test
    void progressGoesWithTheRulesOfWhomeverSavedIt() throws InterruptedException {
        rules(PLAIN, rule("", days(1)));
        var _ = put(PLAIN, "a");
        runAt(MIDNIGHT + DAY);
        assertThat(saved()).hasSize(1);
        takeBack(PLAIN);
        run();
        assertThat(saved()).isEmpty();
    }

    @Test
    void progressIsReadAsItWasWritten() {
        LifecycleProgress progress =
                new LifecycleProgress(
                        300, 1_800_000_000_000L, Map.of(0L, 5L, 30L, 1L << 60, -20_000L, 0L));
        String stored =
                "01ac0280a0f1c2b13403ffffffffffffb1e00000000000000000"
                        + "00000000000000000000000000000005"
                        + "000000000000001e1000000000000000";
        assertThat(progress.encode().hex()).isEqualTo(stored);
        assertThat(LifecycleProgress.decode(Bytes.hex(stored))).isEqualTo(progress);
    }

    @Test
    void anObjectSaysWhenItWillEnd() {
        Lifecycle rules =
                Lifecycle.parse(
                        Bytes.utf8(
                                "<LifecycleConfiguration>"
                                        + rule("<Prefix>a</Prefix>", days(3))
                                        + rule("<Prefix>ab</Prefix>", days(2)).replace(">r<", ">s<")
                                        + "</LifecycleConfiguration>"));
        assertThat(rules.end("ax", 1, Map.of(), MIDNIGHT - 1))
                .contains(new Lifecycle.End(MIDNIGHT + 3 * DAY, "r"));
        assertThat(rules.end("abc", 1, Map.of(), MIDNIGHT))
                .contains(new Lifecycle.End(MIDNIGHT + 3 * DAY, "s"));
        assertThat(rules.end("b", 1, Map.of(), MIDNIGHT)).isEmpty();
    }
}
