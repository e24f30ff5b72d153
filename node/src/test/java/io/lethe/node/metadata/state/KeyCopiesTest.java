package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyPage;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyRow;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.DeregisterKeyCopy;
import io.lethe.node.metadata.command.PartitionCommand.OpenShard;
import io.lethe.node.metadata.command.PartitionCommand.RegisterKeyCopies;
import io.lethe.node.metadata.command.PartitionCommand.WipeReceipt;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyCopiesTest {
    private static final WipeReceipt WIPED = new WipeReceipt(2, true);
    private final TestPartition partition = new TestPartition(4);
    private final KeyCopy second = KeyCopy.replica(node(2), 1);

    private static NodeId node(long number) {
        return new NodeId(new Id128(0, number));
    }

    private List<KeyCopyRow> copies() {
        List<KeyCopyRow> rows = new ArrayList<>();
        Bytes after = null;
        do {
            KeyCopyPage page = (KeyCopyPage) partition.ask(new PartitionQuery.KeyCopies(after, 2));
            rows.addAll(page.rows());
            after = page.next();
        } while (after != null);
        return rows;
    }

    @Test
    void noShardIsOpenedBeforeAReplicaIsRegistered() {
        MapRows rows = new MapRows();
        Stamp stamp = new Stamp(TestPartition.START_MILLIS, 0, 0, FeatureLevels.HIGHEST);
        PartitionCommand init = new PartitionCommand.Init(Bytes.EMPTY, Bytes.EMPTY, 0, List.of());
        rows.apply(PartitionState.decide(rows, stamp, init).changes());
        OpenShard open = new OpenShard(partition.grant(TestPartition.TENANT));
        assertThat(PartitionState.decide(rows, stamp, open).reply()).isInstanceOf(Refused.class);
        PartitionCommand register = new RegisterKeyCopies(List.of(second));
        rows.apply(PartitionState.decide(rows, stamp, register).changes());
        assertThat(PartitionState.decide(rows, stamp, open).reply())
                .isEqualTo(new PartitionReply.Done());
    }

    @Test
    void aCopyIsRegisteredOnceAndTheFoundersAreFromTheStart() {
        assertThat(PartitionState.registered(partition.rows, TestPartition.REPLICA)).isTrue();
        assertThat(PartitionState.registered(partition.rows, second)).isFalse();
        partition.done(new RegisterKeyCopies(List.of(second)));
        long since = partition.millis;
        partition.done(new RegisterKeyCopies(List.of(second, TestPartition.REPLICA)));
        assertThat(copies())
                .containsExactly(
                        new KeyCopyRow(second, since, 0),
                        new KeyCopyRow(TestPartition.REPLICA, TestPartition.START_MILLIS + 1, 0));
        KeyCopy export = new KeyCopy(KeyCopy.Kind.EXPORT, node(2), Long.MAX_VALUE);
        partition.done(new RegisterKeyCopies(List.of(export)));
        assertThat(copies()).extracting(KeyCopyRow::copy).contains(export).hasSize(3);
    }

    @Test
    void onlyAWipeInPlaceTakesACopyOffAndItNeverComesBack() {
        assertThat(partition.execute(new DeregisterKeyCopy(second, WIPED)))
                .isInstanceOf(Refused.class);
        partition.done(new RegisterKeyCopies(List.of(second)));
        assertThat(partition.execute(new DeregisterKeyCopy(second, new WipeReceipt(2, false))))
                .isInstanceOf(Refused.class);
        assertThat(PartitionState.registered(partition.rows, second)).isTrue();
        partition.done(new DeregisterKeyCopy(second, WIPED));
        long wiped = partition.millis;
        partition.done(new DeregisterKeyCopy(second, WIPED));
        assertThat(PartitionState.registered(partition.rows, second)).isFalse();
        assertThat(copies().getFirst().wipedMillis()).isEqualTo(wiped);
        assertThat(partition.execute(new RegisterKeyCopies(List.of(second))))
                .as("a registration that comes late")
                .isInstanceOf(Refused.class);
        assertThat(PartitionState.registered(partition.rows, second)).isFalse();
    }

    private static List<KeyCopy> elsewhere(int first, int count) {
        List<KeyCopy> copies = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            copies.add(new KeyCopy(KeyCopy.Kind.DECLARED, node(1), i));
        }
        return copies;
    }

    @Test
    void copiesThatLieElsewhereAreBoundedAndKeepNoReplicaOut() {
        int most = KeyCopies.MOST_ELSEWHERE;
        for (int first = 0; first < most; first += 1_000) {
            partition.done(new RegisterKeyCopies(elsewhere(first, 1_000)));
        }
        assertThat(partition.execute(new RegisterKeyCopies(elsewhere(most, 1))))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED));
        partition.done(new RegisterKeyCopies(elsewhere(0, 1)));
        partition.done(new RegisterKeyCopies(List.of(second)));
        assertThat(PartitionState.registered(partition.rows, second)).isTrue();
        partition.done(new DeregisterKeyCopy(elsewhere(7, 1).getFirst(), WIPED));
        partition.done(new RegisterKeyCopies(elsewhere(most, 1)));
    }

    @Test
    void copiesOfReplicasAreBoundedTooAndOneThatIsKnownMayBeNamedAgain() {
        int next = 0;
        for (int left = KeyCopies.MOST - KeyCopies.count(partition.rows); left > 0; ) {
            int count = Math.min(1_000, left);
            List<KeyCopy> copies = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                copies.add(KeyCopy.replica(node(2), next++));
            }
            partition.done(new RegisterKeyCopies(copies));
            left -= count;
        }
        assertThat(partition.execute(new RegisterKeyCopies(List.of(KeyCopy.replica(node(3), 1)))))
                .isInstanceOf(Refused.class);
        partition.done(new RegisterKeyCopies(List.of(KeyCopy.replica(node(2), 1))));
        partition.done(new RegisterKeyCopies(elsewhere(0, 1)));
    }
}
