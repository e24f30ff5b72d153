package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static io.lethe.node.metadata.state.TestPartition.commit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand.CloseShard;
import io.lethe.node.metadata.command.PartitionCommand.ConfirmRewrap;
import io.lethe.node.metadata.command.PartitionCommand.DestroyShard;
import io.lethe.node.metadata.command.PartitionCommand.OpenShard;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardsTest {
    private static final Retry NO_SHARD = new Retry(Retry.Why.SHARD, 0);
    private final TestPartition partition = new TestPartition(3);

    @AfterEach
    void rowsAgree() {
        PartitionInvariants.check(partition.rows);
    }

    private List<Rewrapped> rewrapped(ShardId shard) {
        List<Rewrapped> list = new ArrayList<>();
        for (PartitionAnswer.Holder one : holders(shard)) {
            list.add(
                    new Rewrapped(
                            one.bucket(), one.key(), one.order(), partition.random.bytes(9, 9)));
        }
        return list;
    }

    private List<PartitionAnswer.Holder> holders(ShardId shard) {
        return ((PartitionAnswer.Holders) partition.ask(new PartitionQuery.ShardHolders(shard)))
                .holders();
    }

    private ShardId offered() {
        ShardGrant grant =
                ((PartitionAnswer.Shard) partition.ask(new PartitionQuery.OpenShardOf(TENANT)))
                        .grant();
        return Objects.requireNonNull(grant).shard();
    }

    private PartitionReply put(ShardId shard) {
        partition.shard = shard;
        return partition.execute(
                commit(partition.random.write(), "key", Versioning.ENABLED, partition.inline(1)));
    }

    @Test
    void theNewestOpenShardIsOffered() {
        assertThat(offered()).isEqualTo(partition.shard);
        ShardId newer = partition.openShard();
        assertThat(offered()).isEqualTo(newer);
        partition.done(new CloseShard(newer));
        assertThat(offered()).isEqualTo(partition.shard);
        TenantId other = new TenantId(new Id128(1, 1));
        assertThat(partition.ask(new PartitionQuery.OpenShardOf(other)))
                .isEqualTo(new PartitionAnswer.Shard(null));
    }

    @Test
    void openingAShardAgainDoesNoHarm() {
        ShardGrant grant = partition.grant(TENANT);
        partition.done(new OpenShard(grant));
        assertThat(put(grant.shard())).isInstanceOf(Committed.class);
        partition.done(new OpenShard(grant));
        assertThat(holders(grant.shard())).hasSize(1);
        assertThat(partition.rows.slot(grant.shard())).isEqualTo(grant);
    }

    @Test
    void aCommitNeedsAnOpenShardOfItsTenant() {
        assertThat(put(partition.random.shard())).isEqualTo(NO_SHARD);
        ShardGrant foreign = partition.grant(new TenantId(new Id128(1, 1)));
        partition.done(new OpenShard(foreign));
        assertThat(put(foreign.shard())).isEqualTo(NO_SHARD);
        ShardId closed = partition.openShard();
        partition.done(new CloseShard(closed));
        assertThat(put(closed)).isEqualTo(NO_SHARD);
    }

    @Test
    void aShardTellsItsFillAndClosesWithItsLastPlace() {
        ShardId shard = partition.shard;
        for (int i = 1; i <= ShardTable.MOST; i++) {
            Committed committed = (Committed) put(shard);
            assertThat(committed.shardFull()).as("%s", i).isEqualTo(i >= ShardTable.FILL);
            if (i == ShardTable.FILL) {
                assertThat(partition.ask(new PartitionQuery.OpenShardOf(TENANT)))
                        .isEqualTo(new PartitionAnswer.Shard(null));
                PartitionInvariants.check(partition.rows);
            }
        }
        assertThat(put(shard)).isEqualTo(NO_SHARD);
        assertThat(holders(shard)).hasSize(ShardTable.MOST);
        PartitionAnswer.ShardPage page =
                (PartitionAnswer.ShardPage) partition.ask(new PartitionQuery.Shards(null, 10));
        assertThat(page.shards())
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.grant().shard()).isEqualTo(shard);
                            assertThat(one.open()).isFalse();
                            assertThat(one.wrapped()).isEqualTo(ShardTable.MOST);
                            assertThat(one.live()).isEqualTo(ShardTable.MOST);
                        });
    }

    @Test
    void shardsToWorkOnArePaged() {
        List<ShardId> closed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ShardId shard = partition.openShard();
            partition.done(new CloseShard(shard));
            closed.add(shard);
        }
        closed.sort(null);
        List<ShardId> seen = new ArrayList<>();
        ShardId after = null;
        while (true) {
            PartitionAnswer.ShardPage page =
                    (PartitionAnswer.ShardPage) partition.ask(new PartitionQuery.Shards(after, 2));
            if (page.shards().isEmpty()) {
                break;
            }
            page.shards().forEach(one -> seen.add(one.grant().shard()));
            after = seen.getLast();
        }
        assertThat(seen).isEqualTo(closed);
    }

    @Test
    void aRewrapNeedsExactlyTheLiveHolders() {
        ShardId from = partition.shard;
        for (int i = 0; i < 4; i++) {
            assertThat(put(from)).isInstanceOf(Committed.class);
        }
        Committed gone = partition.put("other", Versioning.OFF);
        var _ = partition.delete("other", Versioning.OFF, new Which.Order(gone.order()));
        ShardId to = partition.openShard();
        List<Rewrapped> all = rewrapped(from);
        assertThat(all).hasSize(4);
        assertThat(partition.execute(new Rewrap(from, to, all)))
                .as("it is open still")
                .isInstanceOf(Refused.class);
        partition.done(new CloseShard(from));
        List<Rewrapped> twice = new ArrayList<>(all.subList(0, 3));
        twice.add(all.getFirst());
        List<Rewrapped> more = new ArrayList<>(all);
        more.add(new Rewrapped(BUCKET, Bytes.utf8("other"), gone.order(), Bytes.hex("00")));
        for (List<Rewrapped> wrong : List.of(all.subList(0, 3), twice, more)) {
            assertThat(partition.execute(new Rewrap(from, to, wrong))).isInstanceOf(Refused.class);
        }
        partition.done(new Rewrap(from, to, all));
        assertThat(holders(from)).isEmpty();
        assertThat(holders(to))
                .extracting(PartitionAnswer.Holder::wrappedKey)
                .hasSameElementsAs(all.stream().map(Rewrapped::wrappedKey).toList());
    }

    @Test
    void whatWasMovedIsKeptUntilAnotherReplicaHasComparedIt() {
        ShardId from = partition.shard;
        Committed first = (Committed) put(from);
        assertThat(put(from)).isInstanceOf(Committed.class);
        List<Bytes> before =
                holders(from).stream().map(PartitionAnswer.Holder::wrappedKey).toList();
        ShardId to = partition.openShard();
        NodeId witness = TestPartition.REPLICA.node();
        assertThat(partition.execute(new ConfirmRewrap(from, witness))).isInstanceOf(Refused.class);
        partition.done(new CloseShard(from));
        partition.done(new Rewrap(from, to, rewrapped(from)));
        assertThat(partition.execute(new DestroyShard(from))).isInstanceOf(Refused.class);
        assertThat(moved(from))
                .extracting(PartitionAnswer.MovedKey::wrappedBefore)
                .hasSameElementsAs(before);
        assertThat(moved(from))
                .extracting(PartitionAnswer.MovedKey::wrappedNow)
                .hasSameElementsAs(
                        holders(to).stream().map(PartitionAnswer.Holder::wrappedKey).toList());
        // Moved on, and one deleted: what is left is still compared with what it was at first.
        partition.done(new CloseShard(to));
        ShardId last = partition.openShard();
        partition.done(new Rewrap(to, last, rewrapped(to)));
        var _ = partition.delete("key", Versioning.ENABLED, new Which.Order(first.order()));
        assertThat(moved(from))
                .singleElement()
                .satisfies(one -> assertThat(one.now().shard()).isEqualTo(last));
        partition.done(new ConfirmRewrap(from, witness));
        partition.done(new ConfirmRewrap(from, witness));
        assertThat(moved(from)).isEmpty();
        partition.done(new DestroyShard(from));
        assertThat(partition.rows.slot(from)).isNull();
        assertThat(partition.rows.slot(to)).isNotNull();
    }

    private List<PartitionAnswer.MovedKey> moved(ShardId shard) {
        return ((PartitionAnswer.MovedKeys) partition.ask(new PartitionQuery.MovedFrom(shard)))
                .keys();
    }

    @Test
    void aRewrapGoesIntoAnOpenShardOfTheTenantWithRoom() {
        ShardId from = partition.shard;
        assertThat(put(from)).isInstanceOf(Committed.class);
        partition.done(new CloseShard(from));
        List<Rewrapped> all = rewrapped(from);
        assertThat(partition.execute(new Rewrap(from, from, all))).isEqualTo(NO_SHARD);
        assertThat(partition.execute(new Rewrap(from, partition.random.shard(), all)))
                .isEqualTo(NO_SHARD);
        ShardGrant foreign = partition.grant(new TenantId(new Id128(1, 1)));
        partition.done(new OpenShard(foreign));
        assertThat(partition.execute(new Rewrap(from, foreign.shard(), all)))
                .isInstanceOf(Refused.class);
        ShardId full = partition.openShard();
        for (int i = 1; i < ShardTable.MOST; i++) {
            assertThat(put(full)).isInstanceOf(Committed.class);
        }
        partition.done(new Rewrap(from, full, all));
        assertThat(put(full)).isEqualTo(NO_SHARD);
    }

    @Test
    void aShardIsDestroyedOnlyWithoutHoldersAndNeverComesBack() {
        ShardGrant grant = partition.grant(TENANT);
        ShardId shard = grant.shard();
        partition.done(new OpenShard(grant));
        Committed put = (Committed) put(shard);
        assertThat(partition.execute(new DestroyShard(shard))).isInstanceOf(Refused.class);
        partition.done(new CloseShard(shard));
        assertThat(partition.execute(new DestroyShard(shard))).isInstanceOf(Refused.class);
        var _ = partition.delete("key", Versioning.ENABLED, new Which.Order(put.order()));
        partition.done(new DestroyShard(shard));
        assertThat(partition.rows.slot(shard)).isNull();
        partition.done(new DestroyShard(shard));
        partition.done(new CloseShard(shard));
        assertThat(partition.execute(new OpenShard(grant))).isInstanceOf(Refused.class);
        assertThat(partition.rows.slot(shard)).isNull();
        assertThat(partition.execute(new DestroyShard(partition.random.shard())))
                .isInstanceOf(Refused.class);
    }

    @Test
    void aReplicaThatLacksASlotStillAnswers() {
        assertThat(put(partition.shard)).isInstanceOf(Committed.class);
        ShardGrant lost = Objects.requireNonNull(partition.rows.slots().remove(partition.shard));
        PartitionAnswer.Found found =
                (PartitionAnswer.Found)
                        partition.ask(
                                new PartitionQuery.Find(
                                        BUCKET, Bytes.utf8("key"), new Which.Current()));
        assertThat(found.row()).isNotNull();
        assertThat(found.shard()).isNull();
        partition.done(new CloseShard(partition.shard));
        PartitionAnswer.ShardPage page =
                (PartitionAnswer.ShardPage) partition.ask(new PartitionQuery.Shards(null, 10));
        assertThat(page.shards().getFirst().grant())
                .isEqualTo(new ShardGrant(lost.shard(), TENANT, 1, Bytes.EMPTY));
        partition.rows.slots().put(lost.shard(), lost);
    }
}
