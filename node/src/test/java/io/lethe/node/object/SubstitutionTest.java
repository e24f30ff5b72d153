package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedRow;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.Id128;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A segment is written anew where others of its object's class lie. */
class SubstitutionTest {
    private static final Bytes KEY = Bytes.utf8("k");

    private final ObjectWorld world = new ObjectWorld();

    private VersionRow row() {
        PartitionAnswer.Found found =
                (PartitionAnswer.Found)
                        world.metadata.queryIn(
                                ObjectWorld.PARTITION,
                                new PartitionQuery.Find(
                                        world.ports
                                                .directory()
                                                .bucket(CALLER.tenant(), PLAIN)
                                                .orElseThrow()
                                                .id(),
                                        KEY,
                                        new Which.Current()),
                                0);
        return Objects.requireNonNull(found.row());
    }

    private SegmentRef segment() {
        return ((Placement.Segments) Objects.requireNonNull(row().body()).placement())
                .list()
                .getFirst();
    }

    private String storageClass(SegmentRef segment) {
        return world.ports.directory().placementGroup(segment.pg()).orElseThrow().storageClass();
    }

    @Test
    void anObjectStaysInItsStorageClass() throws Exception {
        // Two groups: a segment never goes back to where it was.
        world.metadata.storageClass("cold");
        world.metadata.storageClass("cold");
        byte[] whole = new byte[9_000];
        var _ =
                world.objects.put(
                        CALLER,
                        new PutRequest(
                                new WriteId(new Id128(1, 1)),
                                PLAIN,
                                "k",
                                "cold",
                                new Attributes("t/t", Map.of(), Map.of()),
                                new Condition.Always(),
                                null,
                                null),
                        ObjectWorld.body(whole),
                        world.deadline());
        SegmentRef before = segment();
        assertThat(storageClass(before)).isEqualTo("cold");
        VersionRow row = row();
        boolean replaced =
                new Substitution(world.ports, new PeerHealth(world.tasks.clock()))
                        .replace(
                                new UnderprotectedRow(
                                        RowKeys.objectKey(row.bucket(), KEY),
                                        row.bucket(),
                                        KEY,
                                        row.order(),
                                        row.write(),
                                        before,
                                        0),
                                world.deadline());
        assertThat(replaced).isTrue();
        SegmentRef after = segment();
        assertThat(after.pg()).isNotEqualTo(before.pg());
        assertThat(storageClass(after)).isEqualTo("cold");
    }
}
