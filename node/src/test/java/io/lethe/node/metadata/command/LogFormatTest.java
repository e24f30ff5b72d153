package io.lethe.node.metadata.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PlacementGroup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Holds today's code to the logs of every released format: {@code log-format-N.txt} has an entry of
 * each type in hex. Each must still decode to what it stood for, and for the newest format be what
 * is written today. A stored line is never changed; a new type adds lines, a new format a file. The
 * values are {@link RandomValues} of fixed seeds, which therefore grow only at their lists' ends.
 */
class LogFormatTest {
    private static final long PARTITION_SEED = 1;
    private static final long DIRECTORY_SEED = 2;
    private static final long UPLOAD_SEED = 3;
    private static final long UPDATE_SEED = 4;
    private static final long LOCK_SEED = 8;
    private static final long CHANGE_SEED = 6;
    private static final long EVENT_SEED = 7;
    private static final long SPLIT_SEED = 77;
    private static final long RECOVERY_SEED = 78;
    private static final long BATCH_SEED = 80;
    private static final long MERGE_SEED = 81;
    private static final long TENANT_SEED = 82;
    private static final long LOG_SEED = 83;

    /** Seeds of more commits and deletes, so that everything inside them is among the lines. */
    private static final long FIRST_MORE_SEED = 11;

    private static final long LAST_MORE_SEED = 30;

    /** The stamp of the i-th line of a kind has this seed + i. */
    private static final long STAMP_SEED = 1_000;

    /** A stored line: kind, type, hex. */
    private static List<String> lines(int format) throws IOException {
        try (InputStream in =
                LogFormatTest.class.getResourceAsStream("log-format-" + format + ".txt")) {
            assertThat(in).as("the stored samples of format %s", format).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static List<String> current() {
        List<String> lines = new ArrayList<>();
        int at = 0;
        for (PartitionCommand one : partition()) {
            lines.add(line("partition", one, CommandCodec.encode(stamp(at++), one)));
        }
        at = 0;
        for (DirectoryCommand one : directory()) {
            lines.add(line("directory", one, CommandCodec.encode(stamp(at++), one)));
        }
        return lines;
    }

    /** One of each type, then more of those that have parts of several types. */
    static List<PartitionCommand> partition() {
        List<PartitionCommand> commands =
                new ArrayList<>(new RandomValues(PARTITION_SEED).partitionCommands());
        for (long seed = FIRST_MORE_SEED; seed <= LAST_MORE_SEED; seed++) {
            for (PartitionCommand one : new RandomValues(seed).partitionCommands()) {
                if (one instanceof PartitionCommand.Commit
                        || one instanceof PartitionCommand.Delete) {
                    commands.add(one);
                }
            }
        }
        RandomUploads uploads = new RandomUploads(new RandomValues(UPLOAD_SEED));
        commands.addAll(uploads.commands());
        commands.add(uploads.commitOfParts());
        commands.addAll(new RandomUpdates(new RandomValues(UPDATE_SEED)).commands());
        RandomChanges changes = new RandomChanges(new RandomValues(CHANGE_SEED));
        commands.addAll(changes.commands());
        commands.addAll(changes.conditions());
        commands.addAll(new RandomEvents(new RandomValues(EVENT_SEED)).commands());
        RandomUpdates locks = new RandomUpdates(new RandomValues(LOCK_SEED));
        commands.addAll(locks.locks());
        commands.addAll(locks.ofProtection());
        commands.addAll(changes.byRules());
        commands.addAll(new RandomSplits(new RandomValues(SPLIT_SEED)).commands());
        commands.addAll(new RandomRecoveries(new RandomValues(RECOVERY_SEED)).commands());
        commands.addAll(new RandomUpdates(new RandomValues(BATCH_SEED)).batches());
        commands.addAll(new RandomMerges(new RandomValues(MERGE_SEED)).commands());
        return commands;
    }

    static List<DirectoryCommand> directory() {
        List<DirectoryCommand> commands =
                new ArrayList<>(new RandomValues(DIRECTORY_SEED).directoryCommands());
        commands.addAll(new RandomSplits(new RandomValues(SPLIT_SEED)).directoryCommands());
        commands.addAll(new RandomRecoveries(new RandomValues(RECOVERY_SEED)).directoryCommands());
        commands.addAll(new RandomMerges(new RandomValues(MERGE_SEED)).directoryCommands());
        commands.addAll(new RandomTenants(new RandomValues(TENANT_SEED)).commands());
        commands.addAll(new RandomLog(new RandomValues(LOG_SEED)).commands());
        return commands;
    }

    private static Stamp stamp(int at) {
        return new RandomValues(STAMP_SEED + at).stamp();
    }

    private static String line(String kind, Object command, Bytes entry) {
        return kind + " " + command.getClass().getSimpleName() + " " + entry.hex();
    }

    @Test
    void theNewestFormatIsWhatIsStored() throws IOException {
        assertThat(current()).isEqualTo(lines(CommandCodec.FORMAT));
    }

    @Test
    void everyStoredFormatDecodes() throws IOException {
        List<PartitionCommand> partition = partition();
        List<DirectoryCommand> directory = directory();
        int atPartition = 0;
        int atDirectory = 0;
        for (String line : lines(1)) {
            String[] parts = line.split(" ", 3);
            Bytes entry = Bytes.hex(parts[2]);
            if (parts[0].equals("partition")) {
                int at = atPartition++;
                assertThat(CommandCodec.decodePartition(entry))
                        .as(parts[1])
                        .isEqualTo(new CommandCodec.PartitionEntry(stamp(at), partition.get(at)));
            } else {
                int at = atDirectory++;
                assertThat(CommandCodec.decodeDirectory(entry))
                        .as(parts[1])
                        .isEqualTo(new CommandCodec.DirectoryEntry(stamp(at), directory.get(at)));
            }
        }
    }

    @Test
    void everyTypeOfCommandIsStored() throws IOException {
        SortedSet<String> partition = new TreeSet<>();
        SortedSet<String> directory = new TreeSet<>();
        for (String line : lines(1)) {
            String[] parts = line.split(" ", 3);
            (parts[0].equals("partition") ? partition : directory).add(parts[1]);
        }
        assertThat(List.copyOf(partition)).isEqualTo(CodecTest.permitted(PartitionCommand.class));
        assertThat(List.copyOf(directory)).isEqualTo(CodecTest.permitted(DirectoryCommand.class));
    }

    @Test
    void everyPartOfACommandIsStored() {
        SortedSet<String> parts = new TreeSet<>();
        for (PartitionCommand one : partition()) {
            if (one instanceof PartitionCommand.Commit commit) {
                parts.add(commit.condition().getClass().getName());
                parts.add(commit.body().placement().getClass().getName());
            } else if (one instanceof PartitionCommand.Delete delete) {
                parts.add(delete.which().getClass().getName());
                parts.add(delete.condition().getClass().getName());
            }
        }
        for (Class<?> sealed :
                List.of(
                        Condition.class,
                        VersionBody.Placement.class,
                        PartitionCommand.Which.class)) {
            for (Class<?> part : sealed.getPermittedSubclasses()) {
                assertThat(parts).contains(part.getName());
            }
        }
    }

    @Test
    void constantsKeepTheNumbersThatLogsHold() {
        assertThat(names(BucketRecord.Versioning.values()))
                .startsWith("OFF", "ENABLED", "SUSPENDED");
        assertThat(names(BucketRecord.State.values())).startsWith("ACTIVE", "DELETING");
        assertThat(names(BucketLock.Mode.values())).startsWith("NONE", "GOVERNANCE", "COMPLIANCE");
        assertThat(names(NodeRecord.Role.values())).startsWith("GATEWAY", "METADATA", "STORAGE");
        assertThat(names(NodeRecord.State.values())).startsWith("UP", "DOWN");
        assertThat(names(DeviceRecord.State.values()))
                .startsWith("WRITABLE", "UNAVAILABLE", "FULL", "REMOVED", "SLOW", "EVICTED");
        assertThat(names(PlacementGroup.State.values())).startsWith("OPEN", "FULL");
        assertThat(names(KeyCopy.Kind.values()))
                .startsWith("REPLICA", "EXPORT", "BACKUP", "DECLARED", "MERGED");
        assertThat(names(PartitionReply.Retry.Why.values())).startsWith("FENCED", "SHARD", "STAMP");
        assertThat(names(PartitionAnswer.WriteState.values()))
                .startsWith("UNKNOWN", "OPEN", "COMMITTED", "CLOSED");
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }

    /** Prints the lines of the newest format, for a new file. */
    public static void main(String[] arguments) {
        current().forEach(System.out::println);
    }
}
