package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Found;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What is asked for while its key is moved to another shard: its row was read before, and the slot
 * of the shard after that was overwritten.
 */
final class MovedKeyTest {
    private final ObjectWorld world = new ObjectWorld();
    private final RandomSource random = RandomSource.seeded(3);
    private boolean moving;

    private final Objects objects =
            world.objectsOver(
                    new ForwardingMetadata(world.metadata) {
                        @Override
                        public PartitionAnswer query(
                                Bytes rowKey, PartitionQuery query, long deadlineNanos)
                                throws InterruptedException {
                            PartitionAnswer answer = super.query(rowKey, query, deadlineNanos);
                            return moving ? withoutSlot(answer) : answer;
                        }
                    });

    private static PartitionAnswer withoutSlot(PartitionAnswer answer) {
        return switch (answer) {
            case Found found -> new Found(found.row(), null);
            case UploadFound found -> new UploadFound(found.row(), null, found.completedOrder());
            default -> answer;
        };
    }

    private static void unavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    private WriteId write() {
        return new WriteId(Id128.random(random));
    }

    @Test
    void aVersionIsUnavailableAndNotMissing() throws InterruptedException {
        String version =
                objects.put(
                                ObjectWorld.CALLER,
                                new PutRequest(
                                        write(),
                                        ObjectWorld.VERSIONED,
                                        "k",
                                        "",
                                        Attributes.none(),
                                        new Condition.Always(),
                                        null,
                                        null),
                                ObjectWorld.body(new byte[3]),
                                world.deadline())
                        .versionId();
        moving = true;
        for (String asked : new String[] {"", version}) {
            unavailable(
                    () ->
                            objects.head(
                                    ObjectWorld.CALLER,
                                    ObjectWorld.VERSIONED,
                                    "k",
                                    asked,
                                    world.deadline()));
            unavailable(
                    () ->
                            objects.get(
                                    ObjectWorld.CALLER,
                                    ObjectWorld.VERSIONED,
                                    "k",
                                    asked,
                                    new ReadRange.All(),
                                    world.deadline()));
            unavailable(
                    () ->
                            objects.setTags(
                                    ObjectWorld.CALLER,
                                    ObjectWorld.VERSIONED,
                                    "k",
                                    asked,
                                    Map.of(),
                                    world.deadline()));
        }
        moving = false;
        assertThat(
                        objects.head(
                                        ObjectWorld.CALLER,
                                        ObjectWorld.VERSIONED,
                                        "k",
                                        version,
                                        world.deadline())
                                .sizeBytes())
                .isEqualTo(3);
    }

    @Test
    void anUploadIsUnavailableAndNotMissing() throws InterruptedException {
        String upload =
                objects.uploads()
                        .create(
                                ObjectWorld.CALLER,
                                new Uploads.CreateRequest(
                                        write(),
                                        ObjectWorld.PLAIN,
                                        "u",
                                        "",
                                        Attributes.none(),
                                        Bytes.EMPTY),
                                world.deadline())
                        .uploadId();
        moving = true;
        unavailable(
                () ->
                        objects.uploads()
                                .find(
                                        ObjectWorld.CALLER,
                                        ObjectWorld.PLAIN,
                                        "u",
                                        upload,
                                        world.deadline()));
    }
}
