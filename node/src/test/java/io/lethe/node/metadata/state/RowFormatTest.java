package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.NewProtection;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.CreateUpload;
import io.lethe.node.metadata.command.PartitionCommand.LockChange;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.Walk;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.Protection;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.WriteId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Holds today's code to the rows of every released format: {@code row-format-N.txt} has a
 * partition's rows of each kind, as {@code FAMILY key value} in hex ({@code -}: no value). They
 * must still be read, and for the newest format be what is written today for the same commands. A
 * stored line is never changed once it is released; until then a change of what a command writes
 * makes the file anew.
 */
class RowFormatTest {
    private static final int FORMAT = 1;
    private static final long SEED = 5;
    private static final long MINUTE = 60_000;

    /** A value without bytes. */
    private static final String EMPTY = "-";

    private static List<String> stored() throws IOException {
        try (InputStream in =
                RowFormatTest.class.getResourceAsStream("row-format-" + FORMAT + ".txt")) {
            assertThat(in).as("the stored rows").isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static List<String> lines(MapRows rows) {
        List<String> lines = new ArrayList<>();
        for (Family family : Family.values()) {
            rows.family(family)
                    .forEach(
                            (key, value) ->
                                    lines.add(
                                            String.join(
                                                    " ",
                                                    family.name(),
                                                    key.hex(),
                                                    value.isEmpty() ? EMPTY : value.hex())));
        }
        return lines;
    }

    private static MapRows read(List<String> lines) {
        MapRows rows = new MapRows();
        for (String line : lines) {
            String[] parts = line.split(" ", -1);
            Bytes value = parts[2].equals(EMPTY) ? Bytes.EMPTY : Bytes.hex(parts[2]);
            rows.family(Family.valueOf(parts[0])).put(Bytes.hex(parts[1]), value);
        }
        return rows;
    }

    @Test
    void rowsAreWrittenAsTheyAreStored() throws IOException {
        assertThat(lines(partition().rows)).isEqualTo(stored());
    }

    @Test
    void storedRowsAreReadAndSayTheSame() throws IOException {
        MapRows rows = read(stored());
        TestPartition today = partition();
        today.rows.slots().forEach((shard, grant) -> rows.slots().put(shard, grant));
        PartitionInvariants.check(rows);
        assertThat(rows).isEqualTo(today.rows);
        PartitionAnswer.Page page =
                (PartitionAnswer.Page)
                        PartitionState.answer(
                                rows,
                                new PartitionQuery.ListKeys(
                                        BUCKET,
                                        Bytes.EMPTY,
                                        Bytes.EMPTY,
                                        0,
                                        Bytes.EMPTY,
                                        true,
                                        100));
        assertThat(page.rows())
                .extracting(row -> row.key().utf8() + (row.isDeleteMarker() ? "-" : ""))
                .containsExactly("inline", "inline", "kept", "marker-", "parts", "thin");
        assertThat(page.rows().get(1).nullVersion()).isTrue();
        assertThat(page.rows().get(2).protection())
                .isEqualTo(
                        new Protection(
                                Mode.COMPLIANCE, TestPartition.START_MILLIS + 60 * MINUTE, true));
    }

    @Test
    void everyKindOfRowIsStored() throws IOException {
        MapRows rows = read(stored());
        for (Family family :
                List.of(
                        Family.META,
                        Family.CURRENT,
                        Family.VERSIONS,
                        Family.INLINE,
                        Family.KEY_COPIES,
                        Family.UPLOADS,
                        Family.GARBAGE,
                        Family.UNDERPROTECTED,
                        Family.USAGE,
                        Family.PG_EPOCHS)) {
            assertThat(rows.family(family)).as("%s", family).isNotEmpty();
        }
        assertThat(kinds(rows, Family.WRITES)).containsExactly(1, 2, 3, 4, 5);
        assertThat(kinds(rows, Family.SHARDS)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(kinds(rows, Family.PARTS)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(kinds(rows, Family.CHANGES)).containsExactly(1, 2);
        assertThat(kinds(rows, Family.OUTBOX)).containsExactly(1, 2);
        NavigableSet<String> writes = new TreeSet<>();
        rows.family(Family.WRITES)
                .forEach(
                        (key, value) -> {
                            if (key.at(0) == 1) {
                                writes.add(WriteRow.decode(value).getClass().getSimpleName());
                            }
                        });
        NavigableSet<String> known = new TreeSet<>();
        for (Class<?> one : WriteRow.class.getPermittedSubclasses()) {
            known.add(one.getSimpleName());
        }
        assertThat(writes).isEqualTo(known);
        NavigableSet<Integer> uploads = new TreeSet<>();
        rows.family(Family.UPLOADS).values().forEach(value -> uploads.add((int) value.at(0)));
        assertThat(uploads).containsExactly(1, 2);
    }

    private static NavigableSet<Integer> kinds(MapRows rows, Family family) {
        NavigableSet<Integer> kinds = new TreeSet<>();
        rows.family(family).keySet().forEach(key -> kinds.add((int) key.at(0)));
        return kinds;
    }

    /** A partition with a row of each kind. */
    private static TestPartition partition() {
        TestPartition partition = new TestPartition(SEED);
        ShardId first = partition.shard;
        var _ = partition.put("inline", Versioning.OFF);
        var _ = partition.put("inline", Versioning.ENABLED);
        moveKeys(partition, first);
        versions(partition);
        writes(partition);
        uploads(partition);
        KeyCopy gone = KeyCopy.replica(new NodeId(new Id128(3, 4)), 1);
        partition.done(new PartitionCommand.RegisterKeyCopies(List.of(gone)));
        partition.done(
                new PartitionCommand.DeregisterKeyCopy(
                        gone, new PartitionCommand.WipeReceipt(2, true)));
        partition.done(new PartitionCommand.RaisePgEpoch(new PgId(9), 4, 1));
        partition.done(new PartitionCommand.Fence(8));
        for (Walk walk : Walk.values()) {
            partition.done(
                    new PartitionCommand.SaveProgress(walk, BUCKET, Bytes.utf8(walk.name())));
        }
        split(partition);
        PartitionInvariants.check(partition.rows);
        return partition;
    }

    /** Behind the bucket, so that all that is here stays. */
    private static void split(TestPartition partition) {
        DividedPartition halves =
                DividedPartition.divide(partition, RowKeys.bucketPrefix(BUCKET).prefixEnd());
        halves.finish();
        DividedPartition.sweep(partition, 100);
        partition.shard = partition.openShard();
    }

    /** Moves the keys out of a shard that is closed then. */
    private static void moveKeys(TestPartition partition, ShardId from) {
        partition.shard = partition.openShard();
        partition.done(new PartitionCommand.CloseShard(from));
        PartitionAnswer.Holders holders =
                (PartitionAnswer.Holders) partition.ask(new PartitionQuery.ShardHolders(from));
        List<Rewrapped> list =
                holders.holders().stream()
                        .map(
                                one ->
                                        new Rewrapped(
                                                one.bucket(),
                                                one.key(),
                                                one.order(),
                                                partition.random.bytes(40, 40)))
                        .toList();
        partition.done(new PartitionCommand.Rewrap(from, partition.shard, list));
    }

    private static void versions(TestPartition partition) {
        Protection until =
                new Protection(Mode.COMPLIANCE, TestPartition.START_MILLIS + 60 * MINUTE, false);
        Committed kept =
                (Committed)
                        partition.execute(
                                new PartitionCommand.Commit(
                                        partition.random.write(),
                                        BUCKET,
                                        Bytes.utf8("kept"),
                                        TENANT,
                                        Versioning.ENABLED,
                                        new Condition.Always(),
                                        partition.inline(3),
                                        new NewProtection(until, null)));
        partition.done(
                new PartitionCommand.SetLock(
                        partition.random.write(),
                        BUCKET,
                        Bytes.utf8("kept"),
                        new Which.Order(kept.order()),
                        new LockChange.Hold(true),
                        false));
        // Events of those changes for which a coin falls so.
        partition.tell(2);
        for (int i = 0; i < 4; i++) {
            var _ = partition.delete("gone", Versioning.OFF, new Which.Current());
            var _ = partition.put("gone", Versioning.OFF, partition.segment());
        }
        var _ = partition.delete("gone", Versioning.OFF, new Which.Current());
        var _ = partition.delete("marker", Versioning.ENABLED, new Which.Current());
    }

    private static void writes(TestPartition partition) {
        SegmentRef thin = partition.segment(2);
        SegmentRef other = partition.segment(4);
        WriteId write = partition.open("thin");
        Committed put =
                (Committed)
                        partition.execute(
                                TestPartition.commit(
                                        write,
                                        "thin",
                                        Versioning.ENABLED,
                                        partition.segments(thin, other)));
        WriteId copy = partition.open("thin");
        SegmentRef fresh =
                new SegmentRef(
                        partition.segment().segment(),
                        thin.pg(),
                        thin.pgEpoch(),
                        thin.scheme(),
                        thin.lengthBytes(),
                        0);
        partition.done(
                new PartitionCommand.ReplaceSegment(
                        copy, BUCKET, Bytes.utf8("thin"), put.order(), thin.segment(), fresh));
        WriteId closed = partition.open("thin");
        assertThat(
                        partition.execute(
                                new PartitionCommand.CloseWrite(
                                        closed,
                                        BUCKET,
                                        Bytes.utf8("thin"),
                                        List.of(partition.segment()))))
                .isInstanceOf(PartitionReply.WriteEnded.class);
        var _ = partition.open("thin");
    }

    private static void uploads(TestPartition partition) {
        TestUploads uploads = new TestUploads(partition);
        UploadRef done = uploads.create("parts");
        PartName one = uploads.put(done, 1, partition.segment());
        PartName two = uploads.put(done, 2, partition.segment());
        assertThat(uploads.complete(done, one, two)).isInstanceOf(Committed.class);
        UploadRef running = uploads.create("running");
        PartName hashed = uploads.put(running, 1, partition.segment());
        var _ = uploads.put(running, 2, partition.segment());
        partition.done(
                new PartitionCommand.SaveHash(
                        running, hashed, Bytes.EMPTY, partition.random.bytes(20, 20)));
        CreateUpload plain = uploads.creation(Bytes.utf8("locked"));
        assertThat(
                        partition.execute(
                                new CreateUpload(
                                        plain.write(),
                                        BUCKET,
                                        plain.key(),
                                        TENANT,
                                        "standard",
                                        plain.checksum(),
                                        plain.sealedInfo(),
                                        plain.shard(),
                                        plain.wrappedKey(),
                                        new Protection(Mode.GOVERNANCE, 1_900_000_000_000L, true))))
                .isInstanceOf(PartitionReply.UploadCreated.class);
        UploadRef aborted = uploads.create("aborted");
        var _ = uploads.put(aborted, 1, partition.segment());
        partition.done(new PartitionCommand.AbortUpload(aborted));
    }

    /** Prints the rows of the newest format, for a new file. */
    public static void main(String[] arguments) {
        lines(partition().rows).forEach(System.out::println);
    }
}
