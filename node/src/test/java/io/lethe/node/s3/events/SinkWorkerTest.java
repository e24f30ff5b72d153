package io.lethe.node.s3.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Attributes;
import io.lethe.node.object.ObjectWorld;
import io.lethe.node.object.Objects;
import io.lethe.node.object.PutRequest;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.xml.NotificationConfiguration;
import io.lethe.node.s3.xml.NotificationConfiguration.Kind;
import io.lethe.node.s3.xml.NotificationConfiguration.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From a change of an object to its sink, over the real state machine. */
final class SinkWorkerTest {
    private static final String BUCKET = ObjectWorld.VERSIONED;

    private final ObjectWorld world = new ObjectWorld();
    private final RandomSource random = RandomSource.seeded(3);
    private final Metrics metrics = new Metrics();
    private final Listener good = new Listener();
    private final Listener bad = new Listener();
    private List<GroupId> led = List.of(ObjectWorld.PARTITION);
    private final SinkWorker.Ports ports =
            new SinkWorker.Ports(world.tasks, world.metadata, () -> led, metrics, "r");
    private final SinkWorker goodWorker = new SinkWorker(ports, "good", good);
    private final SinkWorker badWorker = new SinkWorker(ports, "bad", bad);

    /** Takes what comes, or nothing. */
    private static final class Listener implements Sink {
        final List<String> heard = new ArrayList<>();
        boolean down;

        @Override
        public void deliver(List<Message> messages) throws IOException {
            if (down) {
                throw new IOException("down");
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
        world.notes = new Notifications(settings, Sinks.of(Map.of("good", good, "bad", bad)));
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

    private void put(String key) throws InterruptedException {
        var _ =
                world.objects.put(
                        ObjectWorld.CALLER,
                        new PutRequest(
                                new WriteId(Id128.random(random)),
                                BUCKET,
                                key,
                                "",
                                Attributes.none(),
                                new Condition.Always(),
                                null,
                                null),
                        ObjectWorld.body(new byte[3]),
                        world.deadline());
    }

    private Objects.DeleteRequest delete(String key) {
        return new Objects.DeleteRequest(
                new WriteId(Id128.random(random)), BUCKET, key, "", new Condition.Always());
    }

    @Test
    void changesAreToldToWhomeverWantsToHearOfThem() throws InterruptedException {
        configure(
                target("good", "a/", "s3:ObjectCreated:*", "s3:ObjectRemoved:*"),
                target("bad", "", "s3:LifecycleExpiration:*"));
        put("a/1");
        put("b");
        var _ = world.objects.delete(ObjectWorld.CALLER, delete("a/1"), world.deadline());
        var _ = world.objects.expire(ObjectWorld.CALLER, delete("b"), _ -> true, world.deadline());
        assertThat(goodWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(badWorker.step()).isInstanceOf(Step.Worked.class);
        assertThat(good.heard)
                .containsExactly(
                        "versioned/a/1 ObjectCreated:Put",
                        "versioned/a/1 ObjectRemoved:DeleteMarkerCreated");
        assertThat(bad.heard)
                .containsExactly("versioned/b LifecycleExpiration:DeleteMarkerCreated");
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
        while (badWorker.step() instanceof Step.Worked) {
            // Once more.
        }
        assertThat(bad.heard).hasSize(150);
        assertThat(bad.heard.get(149)).startsWith("versioned/k149 ");
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
                                world.tasks, new Away(away), () -> led, new Metrics(), "r"),
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
                new Away(new GroupId(77)) {
                    @Override
                    public PartitionAnswer queryIn(
                            GroupId partition, PartitionQuery query, long deadlineNanos) {
                        asked.add(partition);
                        return super.queryIn(ObjectWorld.PARTITION, query, deadlineNanos);
                    }
                };
        SinkWorker worker =
                new SinkWorker(
                        new SinkWorker.Ports(world.tasks, counting, () -> led, new Metrics(), "r"),
                        "good",
                        good);
        good.down = true;
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        assertThat(worker.step()).isInstanceOf(Step.Failed.class);
        assertThat(asked)
                .containsExactly(ObjectWorld.PARTITION, other, other, ObjectWorld.PARTITION);
    }

    /** The world's, of which one partition can't be reached. */
    private class Away implements Metadata {
        private final GroupId away;

        Away(GroupId away) {
            this.away = away;
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos) {
            return world.metadata.execute(rowKey, command, checkedAt, deadlineNanos);
        }

        @Override
        public PartitionReply executeIn(
                GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos) {
            return world.metadata.executeIn(partition, command, checkedAt, deadlineNanos);
        }

        @Override
        public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos) {
            return world.metadata.query(rowKey, query, deadlineNanos);
        }

        @Override
        public PartitionAnswer queryIn(
                GroupId partition, PartitionQuery query, long deadlineNanos) {
            if (partition.equals(away)) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "away");
            }
            return world.metadata.queryIn(partition, query, deadlineNanos);
        }

        @Override
        public Applied execute(DirectoryCommand command, long controllerEpoch, long deadline) {
            return world.metadata.execute(command, controllerEpoch, deadline);
        }

        @Override
        public void catchUpDirectory(long deadlineNanos) {}
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
