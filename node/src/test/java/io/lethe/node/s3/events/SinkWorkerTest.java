package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.Expirations;
import io.lethe.node.object.ForwardingMetadata;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.object.VersionIds;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.xml.NotificationConfiguration;
import io.lethe.node.s3.xml.NotificationConfiguration.Kind;
import io.lethe.node.s3.xml.NotificationConfiguration.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** From a change of an object to its sink, over the real state machine. */
final class SinkWorkerTest {
    private static final String BUCKET = ObjectWorld.VERSIONED;
    private static final TenantId OTHER = new TenantId(new Id128(0, 77));
    private static final String OWN = ObjectWorld.CALLER.tenant().account() + "--";

    private final ObjectWorld world = new ObjectWorld();
    private final RandomSource random = RandomSource.seeded(3);
    private final Metrics metrics = new Metrics();
    private final Listener good = new Listener();
    private final Listener bad = new Listener();
    private final Set<String> withdrawn = new HashSet<>();
    private List<GroupId> led = List.of(ObjectWorld.PARTITION);
    private long passed;
    private final VirtualTasks tasks = world.tasks(() -> passed, (_, _) -> {});
    private final SinkWorker.Ports ports =
            new SinkWorker.Ports(
                    tasks,
                    world.metadata,
                    () -> led,
                    metrics,
                    "r",
                    (sink, owner) -> !withdrawn.contains(sink + ' ' + owner));
    private final SinkWorker goodWorker = new SinkWorker(ports, "good", good);
    private final SinkWorker badWorker = new SinkWorker(ports, "bad", bad);

    /** Takes what comes, or nothing. */
    private static final class Listener implements Sink {
        final List<String> heard = new ArrayList<>();
        boolean down;
        int asked;

        /** The account whose events it does not take; empty for none. */
        String hates = "";

        @Override
        public void deliver(List<Message> messages) throws IOException {
            asked++;
            if (down) {
                throw new IOException("down");
            }
            if (!hates.isEmpty()
                    && messages.stream().anyMatch(one -> one.key().startsWith(hates))) {
                throw new IOException("not these");
            }
            messages.forEach(one -> heard.add(one.key() + ' ' + name(one.record())));
        }

        private static String name(String record) {
            int from = record.indexOf("\"eventName\":\"") + 13;
            return record.substring(from, record.indexOf('"', from));
        }

        @Override
        public void test(String document) {}

        @Override
        public void close() {}
    }

    SinkWorkerTest() {
        BucketSettings settings = new BucketSettings(world.metadata.directory.copy(), 1 << 20);
        world.notes =
                new Notifications(
                        settings,
                        Sinks.of(Map.of("good", good, "bad", bad)),
                        (sink, _) -> !sink.equals("nobody"));
    }

    private static Target target(String sink, String prefix, String... events) {
        return new Target(
                Kind.QUEUE,
                sink + prefix,
                "arn:lethe:sqs:r:a:" + sink,
                List.of(events),
                prefix,
                "");
    }

    private void configure(Target... targets) throws InterruptedException {
        world.buckets.setDocument(
                ObjectWorld.CALLER,
                BUCKET,
                BucketSetting.NOTIFICATION,
                Bytes.wrap(new NotificationConfiguration(List.of(targets), false).write()),
                world.deadline());
    }

    private PutRequest request(String key) {
        return new PutRequest(
                new WriteId(Id128.random(random)),
                BUCKET,
                key,
                "",
                Attributes.none(),
                new Condition.Always(),
                null,
                null);
    }

    private void put(String key) throws InterruptedException {
        var _ =
                world.objects.put(
                        ObjectWorld.CALLER,
                        request(key),
                        ObjectWorld.body(new byte[3]),
                        world.deadline());
    }

    @Test
    void aFormIsToldAsAPost() throws InterruptedException {
        configure(
                target("good", "", "s3:ObjectCreated:Post"),
                target("bad", "", "s3:ObjectCreated:Put"));
        put("a");
        var _ =
                world.objects.post(
                        ObjectWorld.CALLER,
                        request("b"),
                        ObjectWorld.body(new byte[3]),
                        world.deadline());
        var _ = goodWorker.step();
        var _ = badWorker.step();
        assertThat(good.heard).containsExactly(OWN + "versioned/b ObjectCreated:Post");
        assertThat(bad.heard).containsExactly(OWN + "versioned/a ObjectCreated:Put");
    }

    private Objects.DeleteRequest delete(String key) {
        return new Objects.DeleteRequest(
                new WriteId(Id128.random(random)), BUCKET, key, "", new Condition.Always());
    }

    private long order(String key) throws InterruptedException {
        String version =
                world.objects
                        .head(ObjectWorld.CALLER, BUCKET, key, "", world.deadline())
                        .versionId();
        return ((PartitionCommand.Which.Order) VersionIds.parse(version)).order();
    }

    @Test
    void changesAreToldToWhomeverWantsToHearOfThem() throws InterruptedException {
        configure(
                target("good", "a/", "s3:ObjectCreated:*", "s3:ObjectRemoved:*"),
                target("bad", "", "s3:LifecycleExpiration:*"));
        put("a/1");
        put("b");
        var _ = world.objects.delete(ObjectWorld.CALLER, delete("a/1"), world.deadline());
        world.objects
                .expirations()
                .end(
                        new Expirations.Rules(ObjectWorld.CALLER, BUCKET, _ -> true),
                        Bytes.utf8("b"),
                        Condition.Seen.newest(order("b")),
                        world.deadline());
        assertThat(goodWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(badWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(good.heard)
                .containsExactly(
                        OWN + "versioned/a/1 ObjectCreated:Put",
                        OWN + "versioned/a/1 ObjectRemoved:DeleteMarkerCreated");
        assertThat(bad.heard)
                .containsExactly(OWN + "versioned/b LifecycleExpiration:DeleteMarkerCreated");
        assertThat(goodWorker.step()).isInstanceOf(Step.Idle.class);
    }

    @Test
    void aSinkThatIsDownGetsAllOnceItIsUpAndStopsNoOther() throws InterruptedException {
        configure(
                target("good", "", "s3:ObjectCreated:Put"),
                target("bad", "x", "s3:ObjectCreated:Copy"),
                target("bad", "", "s3:ObjectRemoved:*"));
        bad.down = true;
        for (int i = 0; i < 150; i++) {
            put("k" + i);
            var _ = world.objects.delete(ObjectWorld.CALLER, delete("k" + i), world.deadline());
        }
        assertThat(badWorker.step())
                .isInstanceOfSatisfying(
                        Step.Failed.class,
                        failed -> assertThat(failed.reason()).isEqualTo("150 events wait: down"));
        while (goodWorker.step() instanceof Step.Worked) {
            // Once more.
        }
        assertThat(good.heard).hasSize(150);
        bad.down = false;
        passed += SinkWorker.MOST_PAUSE_NANOS;
        while (badWorker.step() instanceof Step.Worked) {
            // Once more.
        }
        assertThat(bad.heard).hasSize(150);
        assertThat(bad.heard.get(149)).startsWith(OWN + "versioned/k149 ");
    }

    @Test
    void aPartitionThatCannotBeReadKeepsNoOther() throws InterruptedException {
        configure(target("good", "", "s3:ObjectCreated:*"));
        put("a");
        GroupId away = new GroupId(99);
        led = List.of(away, ObjectWorld.PARTITION);
        SinkWorker worker =
                new SinkWorker(
                        new SinkWorker.Ports(
                                tasks,
                                new Away(away),
                                () -> led,
                                new Metrics(),
                                "r",
                                (_, _) -> true),
                        "good",
                        good);
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        assertThat(good.heard).hasSize(1);
    }

    @Test
    void whatASinkNeverTakesKeepsNoOtherPartition() throws InterruptedException {
        configure(target("good", "", "s3:ObjectCreated:*"));
        put("a");
        GroupId other = new GroupId(99);
        led = List.of(ObjectWorld.PARTITION, other);
        List<GroupId> asked = new ArrayList<>();
        Metadata counting =
                new ForwardingMetadata(world.metadata) {
                    @Override
                    public PartitionAnswer queryIn(
                            GroupId partition, PartitionQuery query, long deadlineNanos)
                            throws InterruptedException {
                        if (query instanceof PartitionQuery.Events) {
                            asked.add(partition);
                        }
                        return super.queryIn(ObjectWorld.PARTITION, query, deadlineNanos);
                    }
                };
        SinkWorker worker =
                new SinkWorker(
                        new SinkWorker.Ports(
                                tasks, counting, () -> led, new Metrics(), "r", (_, _) -> true),
                        "good",
                        good);
        good.down = true;
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        passed += SinkWorker.MOST_PAUSE_NANOS;
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        assertThat(asked).containsExactly(ObjectWorld.PARTITION, other);
    }

    /** The world's, of which one partition can't be reached. */
    private class Away extends ForwardingMetadata {
        private final GroupId away;

        Away(GroupId away) {
            super(world.metadata);
            this.away = away;
        }

        @Override
        public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos)
                throws InterruptedException {
            if (partition.equals(away)) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "away");
            }
            return super.queryIn(partition, query, deadlineNanos);
        }
    }

    /** A tenant's key is removed in one of its buckets; the partition does not know tenants. */
    private void removed(TenantId owner, String key, String... sinks) {
        removed(world, owner, key, sinks);
    }

    private void removed(ObjectWorld where, TenantId owner, String key, String... sinks) {
        List<EventNote.Wanted> wanted =
                Arrays.stream(sinks)
                        .map(
                                sink ->
                                        new EventNote.Wanted(
                                                EventNote.Happened.MARKED,
                                                "s3:ObjectRemoved:DeleteMarkerCreated",
                                                sink,
                                                "c"))
                        .toList();
        PartitionReply _ =
                where.metadata.executeIn(
                        ObjectWorld.PARTITION,
                        new PartitionCommand.Noted(
                                new PartitionCommand.Delete(
                                        new WriteId(Id128.random(random)),
                                        new BucketId(99),
                                        Bytes.utf8(key),
                                        owner,
                                        BucketRecord.Versioning.ENABLED,
                                        new PartitionCommand.Which.Current(),
                                        new Condition.Always()),
                                new EventNote("b", owner, "AK", wanted)),
                        0,
                        0);
    }

    @Test
    void aFloodOfOneTenantKeepsNoOtherByMoreThanATurn() throws InterruptedException {
        for (int i = 0; i < 350; i++) {
            removed(OTHER, "k" + i, "good");
        }
        removed(ObjectWorld.CALLER.tenant(), "mine", "good");
        assertThat(goodWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(good.heard).hasSize(101).anyMatch(one -> one.contains("--b/mine "));
        assertThat(metrics.openMetrics()).contains("lethe_events_waiting{sink=\"good\"} 250.0");
    }

    @Test
    void whatTheSinkDoesNotTakeOfOneTenantKeepsNoOther() throws InterruptedException {
        good.hates = OTHER.account();
        TenantId mine = ObjectWorld.CALLER.tenant();
        removed(OTHER, "x", "good");
        removed(mine, "0", "good");
        // Whoever is first: the other comes in the step behind.
        var _ = goodWorker.step();
        var _ = goodWorker.step();
        assertThat(good.heard).singleElement().asString().contains("--b/0 ");
        for (int i = 1; i < 50; i++) {
            removed(mine, "" + i, "good");
            removed(OTHER, "x" + i, "good");
            assertThat(goodWorker.step()).isInstanceOf(Step.Worked.class);
            assertThat(good.heard).as("each within the next step").hasSize(i + 1);
            passed += SinkWorker.MOST_PAUSE_NANOS * (i % 2);
        }
        assertThat(metrics.openMetrics())
                .contains("lethe_events_refused_accounts{sink=\"good\"} 1.0");
        assertThat(good.asked).as("times that it was asked in vain").isLessThan(100);
        good.hates = "";
        passed += SinkWorker.MOST_PAUSE_NANOS;
        assertThat(goodWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(good.heard.stream().filter(one -> one.contains("--b/x")))
                .as("all, in their order")
                .hasSize(50)
                .last()
                .asString()
                .contains("/x49 ");
        assertThat(metrics.openMetrics())
                .contains("lethe_events_refused_accounts{sink=\"good\"} 0.0");
    }

    @Test
    void aSinkThatIsDownIsAskedLessAndLess() throws InterruptedException {
        removed(OTHER, "x", "bad");
        bad.down = true;
        int steps = 0;
        for (long nanos = 0; nanos < 600_000_000_000L; nanos += 500_000_000L) {
            var _ = badWorker.step();
            passed += 500_000_000L;
            steps++;
        }
        assertThat(steps).isEqualTo(1_200);
        assertThat(bad.asked).as("in ten minutes").isBetween(20, 30);
        assertThat(badWorker.step()).asString().contains("1 events wait: down");
    }

    @Test
    void aSinkThatIsWithdrawnFromATenantServesTheOthersAndLosesNothingForADay()
            throws InterruptedException {
        WithheldEvents withheld = new WithheldEvents(ports, Set.of("good", "bad"));
        removed(OTHER, "x", "good", "bad", "gone");
        removed(ObjectWorld.CALLER.tenant(), "mine", "good", "bad");
        withdrawn.add("good " + OTHER);
        assertThat(goodWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(badWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(good.heard).singleElement().asString().contains("/mine ");
        assertThat(bad.heard).hasSize(2);
        assertThat(withheld.step())
                .isEqualTo(
                        new Step.Idle("2 events wait for sinks that their accounts may not use"));
        assertThat(metrics.openMetrics()).contains("lethe_events_withheld 2.0");
        passed += WithheldEvents.KEEP_NANOS - 1;
        assertThat(withheld.step()).isInstanceOf(Step.Idle.class);
        withdrawn.clear();
        assertThat(goodWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(good.heard).as("it was a mistake").hasSize(2);
        assertThat(withheld.step()).asString().contains("1 events wait");
        passed++;
        assertThat(withheld.step()).isInstanceOf(Step.Worked.class);
        assertThat(metrics.openMetrics())
                .contains("lethe_events_withheld 0.0")
                .contains("lethe_events_withdrawn_total 1.0");
        assertThat(withheld.step()).asString().contains("0 events wait");
        removed(OTHER, "y", "gone");
        assertThat(withheld.step()).isInstanceOf(Step.Idle.class);
        passed += WithheldEvents.KEEP_NANOS - 1;
        assertThat(withheld.step()).as("known anew").isInstanceOf(Step.Idle.class);
    }

    @Test
    void whatIsWithheldHasItsDayInEachPartition() throws InterruptedException {
        GroupId second = new GroupId(2);
        ObjectWorld other = new ObjectWorld();
        Metadata both =
                new ForwardingMetadata(world.metadata) {
                    private Metadata of(GroupId partition) {
                        return partition.equals(second) ? other.metadata : world.metadata;
                    }

                    @Override
                    public PartitionReply executeIn(
                            GroupId partition,
                            PartitionCommand command,
                            long checkedAt,
                            long deadlineNanos)
                            throws InterruptedException {
                        return of(partition)
                                .executeIn(partition, command, checkedAt, deadlineNanos);
                    }

                    @Override
                    public PartitionAnswer queryIn(
                            GroupId partition, PartitionQuery query, long deadlineNanos)
                            throws InterruptedException {
                        return of(partition).queryIn(partition, query, deadlineNanos);
                    }
                };
        WithheldEvents withheld =
                new WithheldEvents(
                        new SinkWorker.Ports(
                                tasks,
                                both,
                                () -> led,
                                metrics,
                                "r",
                                (sink, owner) -> !withdrawn.contains(sink + ' ' + owner)),
                        Set.of("good"));
        removed(world, OTHER, "x", "gone");
        removed(other, OTHER, "y", "gone");
        assertThat(withheld.step()).asString().contains("1 events wait");
        passed += WithheldEvents.KEEP_NANOS / 2;
        led = List.of(ObjectWorld.PARTITION, second);
        assertThat(withheld.step()).asString().contains("2 events wait");
        passed += WithheldEvents.KEEP_NANOS / 2;
        assertThat(withheld.step()).as("the first's day is over").isInstanceOf(Step.Worked.class);
        assertThat(metrics.openMetrics())
                .contains("lethe_events_withheld 1.0")
                .contains("lethe_events_withdrawn_total 1.0");
        passed += WithheldEvents.KEEP_NANOS / 2;
        assertThat(withheld.step()).asString().contains("0 events wait");
        assertThat(metrics.openMetrics()).contains("lethe_events_withdrawn_total 2.0");
    }

    @Test
    void nothingIsToldWhereAnotherLeads() throws InterruptedException {
        configure(target("good", "", "s3:ObjectCreated:*"));
        put("a");
        led = List.of();
        assertThat(goodWorker.step()).isInstanceOf(Step.Idle.class);
        assertThat(good.heard).isEmpty();
    }
}
