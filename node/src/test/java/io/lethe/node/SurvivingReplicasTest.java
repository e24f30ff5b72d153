package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.Clock;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.metadata.raft.LoneHost;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Recovery;
import io.lethe.node.model.PartitionRecord.Replica;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which replica a recovery is to be made of. */
class SurvivingReplicasTest {
    private static final GroupId PARTITION = new GroupId(2);
    private static final Place PLACE = new Place(PARTITION, 0);
    private static final Recovery RECOVERY = new Recovery(node(1), 0, 2, 77, 1, 3);

    @TempDir Path temp;
    private LoneHost host;
    private ReplicaFolders folders;
    private SurvivingReplicas survivors;

    @BeforeEach
    void open() throws Exception {
        host = new LoneHost(temp.resolve("raft"));
        folders = new ReplicaFolders(temp, NativeFiles.real());
        survivors = new SurvivingReplicas(node(1), folders, host.host(), Clock.system());
    }

    @AfterEach
    void close() {
        host.close();
    }

    private static NodeId node(int number) {
        return new NodeId(new Id128(1, number));
    }

    private static PartitionRecord record(Recovery recovery, Replica... voters) {
        return new PartitionRecord(
                PARTITION,
                Bytes.EMPTY,
                Bytes.EMPTY,
                List.of(voters),
                List.of(),
                9,
                null,
                new GroupId(1),
                recovery);
    }

    @Test
    void itIsTheOneThatTheRecordNamesUntilItIsMadeOver() throws Exception {
        Replica alone = new Replica(node(1), 2);
        assertThat(survivors.awaits(PLACE, record(RECOVERY, alone))).isTrue();
        assertThat(survivors.awaits(PLACE, record(RECOVERY, alone, new Replica(node(2), 3))))
                .as("with another that joined since")
                .isTrue();
        assertThat(survivors.awaits(new Place(PARTITION, 1), record(RECOVERY, alone))).isFalse();
        assertThat(survivors.awaits(PLACE, record(RECOVERY, new Replica(node(1), 5)))).isFalse();
        folders.know(new Place(PARTITION, 2));
        assertThat(survivors.awaits(PLACE, record(RECOVERY, alone))).isFalse();
    }

    @Test
    void aRecoveryOfTheParentIsNoneOfAChildWhoseReplicaIsMadeAnew() {
        // The survivor's replica of the child was damaged, and got the number of the parent's.
        Replica[] voters = {
            new Replica(node(1), 2), new Replica(node(2), 0), new Replica(node(3), 0)
        };
        assertThat(survivors.awaits(PLACE, record(RECOVERY.inherited(), voters))).isFalse();
        assertThat(survivors.awaits(PLACE, record(RECOVERY, voters)))
                .as("a record that has the parent's as it was")
                .isFalse();
    }
}
