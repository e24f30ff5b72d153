package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.ManualTasks;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

final class CommitsTest {
    private final ObjectWorld world = new ObjectWorld();

    /** A partition that refuses by its fence, and a directory that does not catch up. */
    private Metadata fencing(ErrorCode behind) {
        return (Metadata)
                Proxy.newProxyInstance(
                        Metadata.class.getClassLoader(),
                        new Class<?>[] {Metadata.class},
                        (_, method, _) -> {
                            if (method.getName().equals("catchUpDirectory")) {
                                throw new StoreException(behind, "the directory has no leader");
                            }
                            return new PartitionReply.Retry(PartitionReply.Retry.Why.FENCED, 7);
                        });
    }

    /** Seed 42 of the simulator found a deletion that was done and said to be not. */
    @Test
    void whatWasFencedAndCanNotBeCheckedAgainMayHaveBeenDone() throws Exception {
        assertUnknown(ErrorCode.UNAVAILABLE);
        assertUnknown(ErrorCode.DEADLINE);
        assertUnknown(ErrorCode.OVERLOADED);
        // The bucket is being deleted, which is taken back when something is found in it.
        assertUnknown(ErrorCode.NO_SUCH_BUCKET);
    }

    private void assertUnknown(ErrorCode behind) throws Exception {
        Metadata metadata = fencing(behind);
        ObjectPorts ports =
                TestPorts.of(new ManualTasks(), world.ports.directory(), metadata, () -> {});
        BucketGate gate = new BucketGate(ports.directory(), metadata, ports.lease());
        Commits commits = new Commits(ports, gate, new ShardGrants(ports.directory(), metadata));
        BucketGate.Admitted admitted =
                gate.admit(ObjectWorld.CALLER.tenant(), ObjectWorld.PLAIN, world.deadline());
        Bytes rowKey = RowKeys.objectKey(admitted.bucket().id(), Bytes.utf8("key"));
        assertThatThrownBy(
                        () ->
                                commits.fenced(
                                        ObjectWorld.CALLER,
                                        ObjectWorld.PLAIN,
                                        admitted,
                                        rowKey,
                                        _ -> new PartitionCommand.Fence(0),
                                        world.deadline()))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
    }
}
