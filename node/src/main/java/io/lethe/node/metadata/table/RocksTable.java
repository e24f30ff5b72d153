package io.lethe.node.metadata.table;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.metrics.Counter;
import io.lethe.node.base.metrics.Gauge;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Birth;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Rows;
import io.lethe.node.model.GroupId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A group's table in one folder:
 *
 * <pre>
 * current       number of the generation in use, in decimal, and a line end
 * db-N/         RocksDB of generation N ({@link TableFamilies})
 * keys-N        its key file ({@link KeyFile})
 * staged-INDEX  keys for a snapshot that is about to be loaded ({@link KeyExport})
 * copies        names of the files here that hold keys ({@link CopyRegister})
 * wiped         instead of all others: how many files of keys were overwritten, and a line end
 * </pre>
 *
 * <p>A snapshot is loaded into the next generation; naming that in {@code current} is the step that
 * counts. Whatever else a crash leaves is removed at the next start, and wiped first where it holds
 * keys.
 *
 * <p>Owns the folder. A gate lets calls in together and keeps them out while the generation changes
 * or the table closes, since a call into a closed RocksDB kills the process.
 */
public final class RocksTable implements GroupTable {
    /** What all tables of a node share. */
    public record Surroundings(
            RocksOpener opener, NativeFiles natives, FaultHandler faults, Metrics metrics) {}

    private static final String STAGED = "staged-";
    private static final String KEYS = "keys-";
    private static final String ROWS = "db-";
    private static final String CURRENT = "current";
    private static final String WIPED = "wiped";

    private final Path folder;
    private final GroupId group;
    private final Surroundings around;
    private final CopyRegister copies;
    private final Counter.Series flushes;
    private final Counter.Series repairedSlots;
    private final Counter.Series lostSlots;
    private final Gauge unflushed;
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private int generation;
    private @Nullable OpenTable current;

    private RocksTable(Path folder, GroupId group, Surroundings around) throws IOException {
        this.folder = folder;
        this.group = group;
        this.around = around;
        copies = new CopyRegister(folder.resolve("copies"));
        Metrics metrics = around.metrics();
        String label = group.toString();
        flushes =
                metrics.counter("lethe_table_flushes", "Flushes of a group's rows.", "group")
                        .series(label);
        repairedSlots =
                metrics.counter(
                                "lethe_table_slots_repaired",
                                "Key slots written again from their other copy.",
                                "group")
                        .series(label);
        lostSlots =
                metrics.counter(
                                "lethe_table_slots_lost",
                                "Key slots found with both copies bad.",
                                "group")
                        .series(label);
        unflushed =
                metrics.gauge(
                        "lethe_table_unflushed_bytes",
                        "Changes that a restart would apply again.",
                        "group");
        unflushed.watch(this::unflushedBytes, label);
    }

    /** Opens the table in a folder, or makes one there; scrubs the key file. */
    public static RocksTable open(Path folder, GroupId group, Surroundings around)
            throws IOException {
        Files.createDirectories(folder);
        RocksTable table = new RocksTable(folder, group, around);
        Path named = folder.resolve(CURRENT);
        table.generation = 1;
        if (Files.exists(named)) {
            String text = Files.readString(named, StandardCharsets.UTF_8).strip();
            try {
                table.generation = Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IOException(named + " does not hold a number, but: " + text, e);
            }
        }
        table.removeLeftovers();
        table.current = table.openGeneration(table.generation);
        if (!Files.exists(named)) {
            table.name(table.generation);
        }
        table.wipeStaged(table.applied().index());
        return table;
    }

    /**
     * Overwrites every file of a closed table that holds keys and deletes the rows; the folder
     * stays with what {@link #wiped} reads, so that the receipt can still be given after a crash.
     * Repeating it is harmless.
     */
    public static void wipe(Path folder) throws IOException {
        if (wiped(folder) >= 0) {
            return;
        }
        int files = 0;
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path file : entries.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(KEYS) || name.startsWith(STAGED)) {
                    Folders.wipe(file);
                    files++;
                } else if (name.startsWith(ROWS)) {
                    Folders.remove(file);
                }
            }
        }
        DurableFiles.replace(
                folder.resolve(WIPED), (files + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** How many files of keys were overwritten in a folder; -1 when it is not wiped. */
    public static int wiped(Path folder) throws IOException {
        Path file = folder.resolve(WIPED);
        return Files.exists(file)
                ? Integer.parseInt(Files.readString(file, StandardCharsets.UTF_8).strip())
                : -1;
    }

    /** Removes the folder of a table that was wiped. */
    public static void remove(Path folder) throws IOException {
        Folders.remove(folder);
    }

    /** Whether a table was ever made in a folder and has not been wiped. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CURRENT)) && !Files.exists(folder.resolve(WIPED));
    }

    private OpenTable openGeneration(int number) throws IOException {
        copies.made(KEYS + number);
        OpenTable opened =
                OpenTable.open(
                        new OpenTable.Place(
                                group,
                                folder.resolve(ROWS + number),
                                folder.resolve(KEYS + number),
                                around.opener(),
                                around.natives(),
                                around.faults()));
        try {
            for (OpenTable.KeyFinding finding : opened.scrubAll()) {
                report(finding);
            }
        } catch (IOException | UncheckedIOException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private void report(OpenTable.KeyFinding finding) {
        switch (finding.found()) {
            case REPAIRED -> repairedSlots.increment();
            case LOST -> {
                lostSlots.increment();
                System.getLogger(RocksTable.class.getName())
                        .log(
                                System.Logger.Level.ERROR,
                                "both copies of the key of shard {0} in {1} are bad: remove this"
                                        + " replica and add it again, so that the copy of a peer"
                                        + " comes",
                                finding.shard(),
                                group);
            }
            case GOOD, DESTROYED -> {}
        }
    }

    private void name(int number) throws IOException {
        DurableFiles.replace(
                folder.resolve(CURRENT), (number + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Removes generations that are not named, and wipes key files and stages that nobody needs. */
    private void removeLeftovers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(ROWS) && !name.equals(ROWS + generation)) {
                    Folders.remove(file);
                } else if (name.startsWith(KEYS) && !name.equals(KEYS + generation)) {
                    wipe(name);
                } else if (name.startsWith(STAGED)
                        && (!copies.contains(name) || stagedIn(file) == null)) {
                    wipe(name);
                }
            }
        }
        for (String name : copies.names()) {
            if (!Files.exists(folder.resolve(name))) {
                copies.wiped(name);
            }
        }
    }

    private static @Nullable List<ShardGrant> stagedIn(Path file) throws IOException {
        try {
            return Files.exists(file) ? KeyExport.decode(Files.readAllBytes(file)) : null;
        } catch (CorruptEncoding e) {
            return null;
        }
    }

    /** Wipes stages for snapshots at or below an index. */
    private void wipeStaged(long throughIndex) throws IOException {
        for (String name : copies.names()) {
            if (name.startsWith(STAGED)
                    && Long.parseLong(name.substring(STAGED.length())) <= throughIndex) {
                wipe(name);
            }
        }
    }

    private void wipe(String name) throws IOException {
        Folders.wipe(folder.resolve(name));
        copies.wiped(name);
    }

    private OpenTable opened() {
        OpenTable table = current;
        if (table == null) {
            throw new IllegalStateException("the table of " + group + " is closed");
        }
        return table;
    }

    private <T> T inside(Function<OpenTable, T> body) {
        Lock lock = gate.readLock();
        lock.lock();
        try {
            return body.apply(opened());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Position applied() {
        return inside(OpenTable::position);
    }

    @Override
    public long durableIndex() {
        return inside(OpenTable::durableIndex);
    }

    @Override
    public long unflushedBytes() {
        Lock lock = gate.readLock();
        lock.lock();
        try {
            return current == null ? 0 : current.unflushedBytes();
        } finally {
            lock.unlock();
        }
    }

    /** Key slots that rows name. */
    public int slotsInUse() {
        return inside(OpenTable::slotsInUse);
    }

    /** Names of the files in the folder that hold keys now: the replica's part of a manifest. */
    public List<String> keyCopies() {
        return copies.names();
    }

    /** Whether a destroyed slot is read back past the page cache, and why not. */
    public NativeFiles.InPlace erasesInPlace() throws IOException {
        return around.natives().inPlace(folder);
    }

    @Override
    public <R> Change.Decision<R> apply(Position next, Function<Rows, Change.Decision<R>> decide) {
        return inside(
                table -> {
                    if (next.index() <= table.position().index()) {
                        throw new IllegalArgumentException(
                                next + " is not above " + table.position() + " in " + group);
                    }
                    return table.apply(next, decide);
                });
    }

    /**
     * A part of a state that comes from elsewhere, as of one position, into a table that nobody
     * serves yet.
     */
    public void fill(Position at, List<Change> changes) {
        var _ = inside(open -> open.apply(at, _ -> new Change.Decision<>(changes, true)));
    }

    @Override
    public <T> T read(Function<View, T> question) {
        return inside(table -> table.read(question));
    }

    @Override
    public long rangeBytes(Bytes from, Bytes to) {
        return inside(table -> RangeSize.bytes(table.db(), table::family, from, to));
    }

    @Override
    public RowExport export() {
        return inside(table -> new Pinned(table, table.pin()));
    }

    /** Ends with the generation that it is of. */
    private final class Pinned implements RowExport {
        private final OpenTable of;
        private final OpenTable.Pin pin;

        Pinned(OpenTable of, OpenTable.Pin pin) {
            this.of = of;
            this.pin = pin;
        }

        @Override
        public Position position() {
            return pin.position();
        }

        @Override
        public <T> T read(Function<Rows, T> question) {
            return inside(
                    table -> {
                        if (table != of) {
                            throw new IllegalStateException(
                                    "the table of " + group + " was replaced by a snapshot");
                        }
                        return question.apply(pin.rows());
                    });
        }

        @Override
        public void close() {
            Lock lock = gate.readLock();
            lock.lock();
            try {
                if (current == of) {
                    pin.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void flush() {
        inside(
                table -> {
                    try {
                        table.flush();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return true;
                });
        flushes.increment();
    }

    @Override
    public boolean collectBlobs() {
        return inside(
                table -> {
                    try {
                        return table.collectBlobs();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Override
    public void saveSnapshot(Path target) throws IOException {
        Lock lock = gate.readLock();
        lock.lock();
        try {
            opened().checkpoint(target);
        } finally {
            lock.unlock();
        }
        flushes.increment();
    }

    /**
     * Makes the table of a child in a folder of its own, of these rows as they are now: files that
     * never change are linked, keys are written into a file of its own. Durable when it returns;
     * what an attempt that was cut short left is removed first.
     *
     * @param snapshot empty; gets a checkpoint of the child
     */
    public void bear(Path target, GroupId child, Birth birth, Path snapshot) throws IOException {
        int first = 1;
        Path keys = target.resolve(KEYS + first);
        Folders.wipe(keys);
        Folders.remove(target);
        Path rows = Files.createDirectories(target.resolve(ROWS + first));
        Lock lock = gate.readLock();
        lock.lock();
        try {
            opened().checkpoint(rows);
        } finally {
            lock.unlock();
        }
        new CopyRegister(target.resolve("copies")).made(KEYS + first);
        OpenTable.Place place =
                new OpenTable.Place(
                        child, rows, keys, around.opener(), around.natives(), around.faults());
        try (OpenTable fresh = OpenTable.open(place)) {
            fresh.begin(birth, new Position(Birth.INDEX, Birth.INDEX));
            fresh.checkpoint(snapshot);
        }
        DurableFiles.replace(
                target.resolve(CURRENT), (first + "\n").getBytes(StandardCharsets.UTF_8));
        DurableFiles.syncParent(target);
    }

    @Override
    public byte[] exportKeys() {
        return inside(OpenTable::exportKeys);
    }

    @Override
    public void importKeys(long snapshotIndex, byte[] keys) throws IOException {
        try {
            KeyExport.decode(keys);
        } catch (CorruptEncoding e) {
            throw new IOException("keys for a snapshot of " + group + " arrived damaged", e);
        }
        String name = STAGED + snapshotIndex;
        copies.made(name);
        DurableFiles.write(folder.resolve(name), keys);
        DurableFiles.syncFolder(folder);
        for (String other : copies.names()) {
            if (other.startsWith(STAGED) && !other.equals(name)) {
                wipe(other);
            }
        }
    }

    @Override
    public void loadSnapshot(Path source, Position position) throws IOException {
        int next = generation + 1;
        Path rows = folder.resolve(ROWS + next);
        Folders.remove(rows);
        wipe(KEYS + next);
        link(source, rows);
        OpenTable fresh = openLinked(next, position);
        Lock lock = gate.writeLock();
        lock.lock();
        try {
            name(next);
            opened().close();
            current = fresh;
        } finally {
            lock.unlock();
        }
        Folders.remove(folder.resolve(ROWS + generation));
        wipe(KEYS + generation);
        generation = next;
        wipeStaged(position.index());
    }

    private OpenTable openLinked(int next, Position position) throws IOException {
        copies.made(KEYS + next);
        OpenTable fresh =
                OpenTable.open(
                        new OpenTable.Place(
                                group,
                                folder.resolve(ROWS + next),
                                folder.resolve(KEYS + next),
                                around.opener(),
                                around.natives(),
                                around.faults()));
        try {
            fresh.adopt(stagedIn(folder.resolve(STAGED + position.index())), position);
        } catch (IOException | UncheckedIOException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    /** Links a snapshot's table and blob files, which never change, and copies the others. */
    private static void link(Path source, Path target) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path link = target.resolve(file.getFileName());
                String name = file.getFileName().toString();
                if (name.endsWith(".sst") || name.endsWith(".blob")) {
                    Files.createLink(link, file);
                } else {
                    Files.copy(file, link);
                }
                DurableFiles.sync(link);
            }
        }
        DurableFiles.syncFolder(target);
        DurableFiles.syncParent(target);
    }

    @Override
    public void close() {
        Lock lock = gate.writeLock();
        lock.lock();
        try {
            if (current != null) {
                current.close();
                current = null;
                unflushed.remove(group.toString());
            }
        } finally {
            lock.unlock();
        }
    }
}
