package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.metadata.command.AnswerCodec;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same commands, decided over the real table and over plain maps, do the same. */
class StateOverRocksTest {
    private static final ShardId SHARD = new ShardId(new Id128(5, 5));
    private static final int COMMANDS = 400;
    private static final Family[] FAMILIES = {
        Family.META,
        Family.CURRENT,
        Family.VERSIONS,
        Family.INLINE,
        Family.DIGESTS,
        Family.WRITES,
        Family.SHARDS,
        Family.KEY_COPIES,
        Family.GARBAGE,
        Family.UNDERPROTECTED,
        Family.USAGE,
        Family.PG_EPOCHS
    };

    @TempDir Path temp;

    @Test
    void repliesAnswersAndRowsAreEqual() throws IOException {
        try (RocksOpener opener = new RocksOpener(RocksOpener.Limits.small())) {
            for (long seed = 1; seed <= 3; seed++) {
                try (RocksTable table =
                        RocksTable.open(
                                temp.resolve("seed-" + seed),
                                Groups.PARTITION,
                                new RocksTable.Surroundings(
                                        opener,
                                        NativeFiles.real(),
                                        Groups::fault,
                                        new Metrics()))) {
                    compare(seed, table);
                }
            }
        }
    }

    private static void compare(long seed, RocksTable table) {
        RandomSource random = RandomSource.seeded(seed);
        GroupState state = new GroupState(Groups.PARTITION, table, GroupState.Listener.none());
        MapRows rows = new MapRows();
        List<PartitionCommand> first =
                List.of(
                        Groups.init(),
                        new PartitionCommand.OpenShard(
                                new ShardGrant(SHARD, Groups.TENANT, 1, Bytes.wrap(new byte[40]))));
        for (int index = 1; index <= COMMANDS; index++) {
            PartitionCommand command =
                    index <= first.size() ? first.get(index - 1) : random(random, index);
            Stamp stamp = new Stamp(1_800_000_000_000L + index, 1, 0, 1);
            var decision = PartitionState.decide(rows, stamp, command);
            rows.apply(decision.changes());
            byte[] reply = state.apply(index, 1, CommandCodec.encode(stamp, command).unsafeArray());
            assertThat(Bytes.wrap(reply))
                    .as("seed %d, command %d: %s", seed, index, command)
                    .isEqualTo(ReplyCodec.encode(decision.reply()));
            if (index % 40 == 0) {
                table.flush();
                sameAnswers(seed, table, rows, random);
            }
        }
        for (Family family : FAMILIES) {
            List<String> found = table.read(view -> all(view.rows(), family));
            assertThat(found).as("seed %d, %s", seed, family).isEqualTo(all(rows, family));
        }
        ShardGrant slot = Objects.requireNonNull(rows.slot(SHARD));
        boolean same = table.read(view -> slot.equals(view.rows().slot(SHARD)));
        assertThat(same).isTrue();
    }

    private static PartitionCommand random(RandomSource random, int number) {
        Bytes key = Bytes.utf8("dir-" + random.nextInt(3) + "/key-" + random.nextInt(20));
        BucketRecord.Versioning versioning = BucketRecord.Versioning.values()[random.nextInt(3)];
        return switch (random.nextInt(6)) {
            case 0 -> Groups.openWrite(number);
            case 1 ->
                    new PartitionCommand.Delete(
                            Groups.write(number),
                            Groups.BUCKET,
                            key,
                            Groups.TENANT,
                            versioning,
                            new PartitionCommand.Which.Current(),
                            new Condition.Always());
            default -> Groups.commit(number, key, SHARD, random.nextInt(2_000));
        };
    }

    private static void sameAnswers(
            long seed, RocksTable table, MapRows rows, RandomSource random) {
        List<PartitionQuery> queries =
                List.of(
                        new PartitionQuery.Summary(),
                        new PartitionQuery.BucketEmpty(Groups.BUCKET),
                        list("", "", random.nextInt(2) == 0),
                        list("dir-1", "", false),
                        list("", "/", false),
                        list("", "/", true),
                        new PartitionQuery.OpenShardOf(Groups.TENANT),
                        new PartitionQuery.Garbage(null, Long.MAX_VALUE, 100),
                        new PartitionQuery.Find(
                                Groups.BUCKET,
                                Bytes.utf8("dir-1/key-1"),
                                new PartitionCommand.Which.Current()));
        for (PartitionQuery query : queries) {
            Bytes found =
                    table.read(
                            view -> AnswerCodec.encode(PartitionState.answer(view.rows(), query)));
            assertThat(found)
                    .as("seed %d: %s", seed, query)
                    .isEqualTo(AnswerCodec.encode(PartitionState.answer(rows, query)));
        }
    }

    private static PartitionQuery list(String prefix, String delimiter, boolean versions) {
        return new PartitionQuery.ListKeys(
                Groups.BUCKET,
                Bytes.utf8(prefix),
                Bytes.EMPTY,
                0,
                Bytes.utf8(delimiter),
                versions,
                7);
    }

    private static List<String> all(Rows rows, Family family) {
        List<String> all = new ArrayList<>();
        rows.scan(
                family,
                Bytes.EMPTY,
                Bytes.EMPTY,
                (key, value) -> {
                    all.add(key.hex() + "=" + value.hex());
                    return Rows.Step.NEXT;
                });
        return all;
    }
}
