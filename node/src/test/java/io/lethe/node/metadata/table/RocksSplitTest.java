package io.lethe.node.metadata.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Birth;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of children, made of their parents'. */
class RocksSplitTest {
    private static final GroupId PARENT = new GroupId(3);
    private static final GroupId CHILD = new GroupId(4);
    private static final Bytes KEY = Bytes.utf8("key");
    private static RocksOpener opener;

    @TempDir Path temp;

    @BeforeAll
    static void openAll() {
        opener = new RocksOpener(RocksOpener.Limits.small());
    }

    @AfterAll
    static void closeAll() {
        opener.close();
    }

    private RocksTable open(GroupId group) throws IOException {
        return RocksTable.open(
                temp.resolve(group.toString()),
                group,
                new RocksTable.Surroundings(
                        opener,
                        NativeFiles.real(),
                        (_, cause) -> {
                            throw new AssertionError(cause);
                        },
                        new Metrics()));
    }

    private static ShardGrant grant(int number) {
        return new ShardGrant(
                new ShardId(new Id128(7, number)),
                new TenantId(new Id128(1, 1)),
                1,
                Bytes.utf8("wrapped-shard-key-of-" + (100 + number)));
    }

    private static void apply(GroupTable table, long index, Change... changes) {
        var _ =
                table.apply(
                        new Position(index, 1), _ -> new Change.Decision<>(List.of(changes), ""));
    }

    private static void fill(RocksTable parent) {
        apply(
                parent,
                9,
                new Change.Put(Family.CURRENT, KEY, Bytes.utf8("value")),
                new Change.Put(Family.META, KEY, Bytes.utf8("parent")),
                new Change.Put(Family.GARBAGE, Bytes.hex("0001"), Bytes.utf8("garbage")),
                new Change.WriteSlot(grant(1)),
                new Change.WriteSlot(grant(2)));
    }

    private static final Birth BIRTH =
            new Birth(
                    List.of(new Change.Put(Family.META, KEY, Bytes.utf8("child"))),
                    List.of(grant(2)));

    private Path bear(RocksTable parent, String name) throws IOException {
        Path snapshot = Files.createDirectory(temp.resolve(name));
        parent.bear(temp.resolve(CHILD.toString()), CHILD, BIRTH, snapshot);
        return snapshot;
    }

    private static void check(RocksTable child) {
        assertThat(child.applied()).isEqualTo(new Position(Birth.INDEX, Birth.INDEX));
        assertThat(child.durableIndex()).isEqualTo(Birth.INDEX);
        boolean _ =
                child.read(
                        view -> {
                            assertThat(view.rows().get(Family.CURRENT, KEY))
                                    .isEqualTo(Bytes.utf8("value"));
                            assertThat(view.rows().get(Family.META, KEY))
                                    .isEqualTo(Bytes.utf8("child"));
                            assertThat(view.rows().get(Family.GARBAGE, Bytes.hex("0001"))).isNull();
                            assertThat(view.rows().slot(grant(1).shard())).isNull();
                            assertThat(view.rows().slot(grant(2).shard())).isEqualTo(grant(2));
                            return true;
                        });
    }

    private static boolean holds(Path folder, Bytes needle) throws IOException {
        String wanted = new String(needle.toArray(), StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(wanted)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void aChildHasItsParentsRowsItsOwnKeyFileAndOnlyTheSlotsThatItNeeds() throws IOException {
        try (RocksTable parent = open(PARENT)) {
            fill(parent);
            Path snapshot = bear(parent, "snapshot");
            assertThat(holds(snapshot, grant(2).wrappedShardKey())).isFalse();
            try (RocksTable child = open(CHILD)) {
                check(child);
                assertThat(child.keyCopies()).containsExactly("keys-1");
                apply(child, 2, new Change.DestroySlot(grant(2).shard()));
            }
            assertThat(holds(temp.resolve(CHILD.toString()), grant(2).wrappedShardKey())).isFalse();
            assertThat(holds(temp.resolve(CHILD.toString()), grant(1).wrappedShardKey())).isFalse();
            // The parent's file is another: it has both keys still.
            boolean _ =
                    parent.read(
                            view -> {
                                assertThat(view.rows().slot(grant(1).shard())).isNotNull();
                                assertThat(view.rows().slot(grant(2).shard())).isNotNull();
                                return true;
                            });
        }
    }

    @Test
    void theSizeOfARangeLeavesOutWhatLiesOutsideIt() throws IOException {
        try (RocksTable table = open(PARENT)) {
            assertThat(table.rangeBytes(Bytes.EMPTY, Bytes.EMPTY)).isZero();
            List<Change> changes = new ArrayList<>();
            for (int i = 0; i < 4_096; i++) {
                Bytes key = Bytes.hex("%04x".formatted(i * 16));
                changes.add(new Change.Put(Family.CURRENT, key, Bytes.wrap(new byte[100])));
                changes.add(new Change.Put(Family.INLINE, key, Bytes.wrap(new byte[1_000])));
            }
            apply(table, 10, changes.toArray(Change[]::new));
            table.flush();
            long all = table.rangeBytes(Bytes.EMPTY, Bytes.EMPTY);
            // Values in a file of their own, shared out by the rows that name them.
            assertThat(all).isBetween(4_200_000L, 5_200_000L);
            assertThat(table.rangeBytes(Bytes.EMPTY, Bytes.hex("40")))
                    .isBetween(all * 20 / 100, all * 30 / 100);
            assertThat(table.rangeBytes(Bytes.hex("40"), Bytes.EMPTY))
                    .isBetween(all * 70 / 100, all * 80 / 100);
        }
    }

    @Test
    void whatAnAttemptLeftIsRemovedAndTheChildMadeAgain() throws IOException {
        try (RocksTable parent = open(PARENT)) {
            fill(parent);
            Path _ = bear(parent, "first");
            // A crash before the child counted as made: the same entry comes again.
            Path _ = bear(parent, "second");
            try (RocksTable child = open(CHILD)) {
                check(child);
            }
        }
    }

    @Test
    void aSnapshotOfTheChildIsWhatOthersBeginWith() throws IOException {
        Path snapshot;
        byte[] keys;
        try (RocksTable parent = open(PARENT)) {
            fill(parent);
            snapshot = bear(parent, "snapshot");
            try (RocksTable child = open(CHILD)) {
                keys = child.exportKeys();
            }
        }
        GroupId other = new GroupId(5);
        try (RocksTable joined = open(other)) {
            joined.importKeys(Birth.INDEX, keys);
            joined.loadSnapshot(snapshot, new Position(Birth.INDEX, Birth.INDEX));
            check(joined);
        }
    }
}
