package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.PLAIN;
import static io.lethe.node.object.ObjectWorld.VERSIONED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.background.Step;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is stored follows its bucket's storage class. */
class RecoderTest {
    private static final int MOST_STEPS = 300;

    private final ObjectWorld world = new ObjectWorld();
    private final Recoder recoder =
            new Recoder(world.ports, () -> List.of(ObjectWorld.PARTITION), Duration.ofMillis(20));
    private final Map<String, byte[]> stored = new TreeMap<>();
    private long writes;

    @BeforeEach
    void anotherClass() {
        world.metadata.storageClass("cold");
        world.metadata.storageClass("cold");
    }

    private void put(String bucket, String key, String storageClass, int bytes) throws Exception {
        byte[] body = new byte[bytes];
        new Random(key.hashCode()).nextBytes(body);
        var _ =
                world.objects.put(
                        CALLER,
                        new PutRequest(
                                new WriteId(new Id128(7, ++writes)),
                                bucket,
                                key,
                                storageClass,
                                new Attributes("t/t", Map.of(), Map.of()),
                                new Condition.Always(),
                                null,
                                null),
                        ObjectWorld.body(body),
                        world.deadline());
        stored.put(bucket + "/" + key, body);
    }

    private byte[] read(String bucket, String key) throws Exception {
        try (ObjectReader.Opened opened =
                world.objects.get(CALLER, bucket, key, "", new ReadRange.All(), world.deadline())) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (ObjectReader.Piece piece = opened.next(); piece != null; piece = opened.next()) {
                out.write(piece.array(), piece.offset(), piece.lengthBytes());
            }
            return out.toByteArray();
        }
    }

    private BucketRecord bucket(String name) {
        return world.ports.directory().bucket(CALLER.tenant(), name).orElseThrow();
    }

    /** Classes of all segments that versions of the bucket name, by key. */
    private Map<String, Set<String>> classes(String name) {
        Map<String, Set<String>> found = new TreeMap<>();
        PartitionAnswer.Page page =
                (PartitionAnswer.Page)
                        world.metadata.queryIn(
                                ObjectWorld.PARTITION,
                                new PartitionQuery.ListKeys(
                                        bucket(name).id(),
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        0,
                                        Bytes.EMPTY,
                                        true,
                                        1_000),
                                0);
        for (VersionRow row : page.rows()) {
            if (row.body() != null
                    && row.body().placement() instanceof Placement.Segments(List<SegmentRef> all)) {
                for (SegmentRef segment : all) {
                    found.computeIfAbsent(row.key().utf8(), _ -> new TreeSet<>())
                            .add(
                                    world.ports
                                            .directory()
                                            .placementGroup(segment.pg())
                                            .map(PlacementGroup::storageClass)
                                            .orElseThrow());
                }
            }
        }
        return found;
    }

    private List<Step> untilFinished(String name) throws InterruptedException {
        List<Step> steps = new ArrayList<>();
        while (bucket(name).recoding()) {
            steps.add(recoder.step());
            assertThat(steps).as("it comes to its end").hasSizeLessThan(MOST_STEPS);
            world.tasks.sleep(5_000_000);
        }
        return steps;
    }

    @Test
    void everyVersionFollowsExceptWhatChoseAClassOfItsOwn() throws Exception {
        for (int i = 0; i < 25; i++) {
            put(VERSIONED, "k" + i % 20, "", 6_000 + i);
        }
        world.metadata.storageClass("warm");
        put(VERSIONED, "own", "warm", 6_000);
        put(VERSIONED, "inline", "", 10);
        put(PLAIN, "other", "", 6_000);
        world.buckets.setStorageClass(CALLER, VERSIONED, "cold", world.deadline());
        assertThat(bucket(VERSIONED).recoding()).isTrue();
        List<Step> _ = untilFinished(VERSIONED);
        Map<String, Set<String>> classes = classes(VERSIONED);
        assertThat(classes.remove("own")).containsExactly("warm");
        assertThat(classes).hasSize(20);
        assertThat(classes.values()).allMatch(one -> one.equals(Set.of("cold")));
        assertThat(classes(PLAIN).get("other")).containsExactly("standard");
        for (Map.Entry<String, byte[]> one : stored.entrySet()) {
            String[] place = one.getKey().split("/", 2);
            assertThat(read(place[0], place[1])).as(one.getKey()).isEqualTo(one.getValue());
        }
        assertThat(recoder.step()).isInstanceOf(Step.Idle.class);
    }

    @Test
    void aChangeBackWhileItIsUnderWayWins() throws Exception {
        for (int i = 0; i < 12; i++) {
            put(PLAIN, "k" + i, "", 6_000);
        }
        world.buckets.setStorageClass(CALLER, PLAIN, "cold", world.deadline());
        for (int i = 0; i < 3; i++) {
            var _ = recoder.step();
        }
        assertThat(classes(PLAIN).values()).anyMatch(one -> one.contains("cold"));
        world.metadata.storageClass("standard");
        world.buckets.setStorageClass(CALLER, PLAIN, "standard", world.deadline());
        List<Step> _ = untilFinished(PLAIN);
        assertThat(classes(PLAIN).values()).allMatch(one -> one.equals(Set.of("standard")));
    }
}
