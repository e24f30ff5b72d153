package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.metadata.table.MemoryTable;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;

/**
 * Measures a partition's table by hand, without a log: {@code java io.lethe.node.metadata
 * .TableMeasure FOLDER COMMITS}. Prints commits of 1 KiB inline objects applied per second by one
 * thread, and rows listed per second in pages of 1,000 by one reader.
 */
final class TableMeasure {
    /** Versions per shard, as gateways are told to fill them. */
    private static final int SHARD_FILL = 250;

    private static final int LOOK_UPS = 1_000_000;

    private final GroupState state;
    private final RocksTable table;
    private long index;

    private TableMeasure(RocksTable table) {
        this.table = table;
        state = new GroupState(Groups.PARTITION, table, GroupState.Listener.none());
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int commits = Integer.parseInt(arguments[1]);
        Files.createDirectories(folder);
        try (RocksOpener opener = new RocksOpener(RocksOpener.Limits.small());
                RocksTable table =
                        RocksTable.open(
                                folder,
                                Groups.PARTITION,
                                new RocksTable.Surroundings(
                                        opener,
                                        NativeFiles.real(),
                                        Groups::fault,
                                        new Metrics()))) {
            new TableMeasure(table).run(commits, System.out);
        }
    }

    private void run(int commits, PrintStream out) {
        var _ = apply(Groups.init());
        // A first part warms the code up.
        int warm = commits / 5;
        write(0, warm);
        Span span = new Span();
        write(warm, commits);
        out.println("commits of 1 KiB inline: " + span.per(commits - warm));
        table.flush();
        lookUp(out);
        for (int round = 0; round < 3; round++) {
            Span listing = new Span();
            out.println("rows listed: " + listing.per(list()));
        }
    }

    /** Time of the clock and of this thread's processor since it was made. */
    private static final class Span {
        private final long beginNanos = System.nanoTime();
        private final long beginCpuNanos =
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();

        String per(int count) {
            double seconds = (System.nanoTime() - beginNanos) / 1e9;
            double cpuSeconds =
                    (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - beginCpuNanos)
                            / 1e9;
            return String.format(
                    Locale.ROOT,
                    "%,d, %,.0f per second, %,.0f per second of processor",
                    count,
                    count / seconds,
                    count / cpuSeconds);
        }
    }

    /** A directory's hot look-ups, which every request makes. */
    private static void lookUp(PrintStream out) {
        Groups.TestClock clock = new Groups.TestClock();
        Tasks tasks = Groups.tasks(clock);
        MemoryTable table = new MemoryTable(RandomSource.seeded(1), new HashMap<>());
        LocalDirectory directory =
                new LocalDirectory(table, Groups.inline(tasks), tasks, new Metrics());
        GroupState state = new GroupState(GroupId.DIRECTORY, table, directory);
        long at = 0;
        for (DirectoryCommand command : Groups.smallDirectory()) {
            at++;
            Stamp stamp = new Stamp(clock.wallMillis(), 0, 1, 1);
            var _ = state.apply(at, 1, CommandCodec.encode(stamp, command).unsafeArray());
        }
        Bytes key = Bytes.utf8("some row key");
        for (int round = 0; round < 3; round++) {
            Span span = new Span();
            int found = 0;
            for (int i = 0; i < LOOK_UPS; i++) {
                found += directory.partitionOf(key).isPresent() ? 1 : 0;
                found += directory.bucket(Groups.TENANT, "photos").isPresent() ? 1 : 0;
            }
            out.println("pairs of directory look-ups: " + span.per(found / 2));
        }
    }

    private void write(int from, int to) {
        ShardId shard = new ShardId(new Id128(0, 0));
        for (int i = from; i < to; i++) {
            if (i == from || i % SHARD_FILL == 0) {
                shard = new ShardId(new Id128(i, i));
                PartitionReply opened =
                        apply(
                                new PartitionCommand.OpenShard(
                                        new ShardGrant(
                                                shard,
                                                Groups.TENANT,
                                                1,
                                                Bytes.wrap(new byte[40]))));
                expect(opened, PartitionReply.Done.class);
            }
            PartitionReply committed =
                    apply(Groups.commit(i, Bytes.utf8("photos/2017/" + i), shard, 1024));
            expect(committed, PartitionReply.Committed.class);
        }
    }

    private static void expect(PartitionReply reply, Class<?> type) {
        if (!type.isInstance(reply)) {
            throw new IllegalStateException("answered " + reply);
        }
    }

    private PartitionReply apply(PartitionCommand command) {
        index++;
        Stamp stamp = new Stamp(1_800_000_000_000L + index, 0, 0, 1);
        byte[] entry = CommandCodec.encode(stamp, command).unsafeArray();
        return ReplyCodec.decodePartition(Bytes.wrap(state.apply(index, 1, entry)));
    }

    private int list() {
        int rows = 0;
        Bytes after = Bytes.EMPTY;
        do {
            PartitionQuery query =
                    new PartitionQuery.ListKeys(
                            Groups.BUCKET, Bytes.EMPTY, after, 0, Bytes.EMPTY, false, 1000);
            PartitionAnswer.Page page =
                    (PartitionAnswer.Page)
                            table.read(view -> PartitionState.answer(view.rows(), query));
            rows += page.rows().size();
            after = page.next();
        } while (!after.isEmpty());
        return rows;
    }
}
