package io.lethe.node.chunk;

import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles.InPlace;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Puts a {@link DiskChunkStore} together: claims the directory, opens the index (or makes it anew
 * where it is lost), recovers. One thread, once.
 */
final class DeviceOpening {
    private static final String REBUILD = "rebuild-index";

    private final DiskSettings settings;
    private final DiskPorts ports;
    private boolean rebuilt;

    DeviceOpening(DiskSettings settings, DiskPorts ports) {
        this.settings = settings;
        this.ports = ports;
    }

    DiskChunkStore open() {
        DeviceIdentity identity =
                DeviceIdentity.claim(settings.directory(), settings.cluster(), ports.random());
        DiskChunkStore store = null;
        try {
            store = assemble(identity);
            return store;
        } catch (IOException | RocksDBException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "the device directory "
                            + settings.directory()
                            + " cannot be opened: "
                            + e.getMessage(),
                    e);
        } finally {
            if (store == null) {
                identity.close();
            }
        }
    }

    private DiskChunkStore assemble(DeviceIdentity identity) throws IOException, RocksDBException {
        DeviceHealth health = new DeviceHealth(identity.id());
        DiskCounters counters = new DiskCounters(ports.clock());
        Files.createDirectories(settings.directory().resolve("data"));
        IndexTables tables = openIndex(health);
        DurableFiles.syncFolder(settings.directory());
        DiskChunkStore store = null;
        DataFiles files = new DataFiles(identity.id(), settings, ports, health, counters, tables);
        try {
            DeviceParts parts = parts(tables, files, health, counters);
            parts.reclaimer().probe();
            files.probe();
            if (rebuilt) {
                parts.checkpoints().markRebuilt(parts.nowMillis());
            }
            Recovery recovery = new Recovery(parts, new ExtentReader(parts), identity.id());
            recovery.run(rebuilt);
            health.ensureServing();
            store = new DiskChunkStore(identity, parts, tables, recovery.strangers());
            return store;
        } finally {
            if (store == null) {
                files.close();
                tables.close();
            }
        }
    }

    private DeviceParts parts(
            IndexTables tables, DataFiles files, DeviceHealth health, DiskCounters counters)
            throws IOException {
        Tombstones tombstones = new Tombstones(tables, settings.goneMillis(), settings.mostGone());
        Damage damage = new Damage(tables);
        ExtentIndex index = new ExtentIndex(tables, tombstones, damage);
        OpenExtents open = new OpenExtents();
        Reclaimer reclaimer = new Reclaimer(files, index, open, ports.natives(), health, counters);
        InPlace inPlace = ports.natives().inPlace(settings.directory());
        Space space =
                new Space(
                        settings,
                        health,
                        counters,
                        () -> reclaimer.punches() ? files.storedBytes() : files.footprintBytes());
        return new DeviceParts(
                settings,
                ports,
                health,
                counters,
                index,
                new SegmentRules(tables),
                tombstones,
                damage,
                files,
                space,
                open,
                new KeyLocks(),
                reclaimer,
                new Eraser(ports.natives(), inPlace, ports.random(), health),
                new Checkpoints(tables, files, reclaimer, counters, settings.checkpointBytes()));
    }

    private IndexTables openIndex(DeviceHealth health) throws IOException, RocksDBException {
        Path directory = settings.directory().resolve("index");
        Path asked = settings.directory().resolve(REBUILD);
        if (Files.exists(asked)) {
            if (Files.exists(directory)) {
                moveAside(directory);
            }
            Files.delete(asked);
            DurableFiles.syncFolder(settings.directory());
        }
        rebuilt = !Files.exists(directory.resolve("CURRENT")) && holdsData();
        try {
            return new IndexTables(directory, ports.rocks(), health);
        } catch (RocksDBException e) {
            if (!isDamage(e)) {
                throw e;
            }
            moveAside(directory);
            rebuilt = true;
            return new IndexTables(directory, ports.rocks(), health);
        }
    }

    /** Kept for whoever wants to know what happened; the operator may remove it. */
    private void moveAside(Path index) throws IOException {
        var _ =
                Files.move(
                        index, index.resolveSibling("index.damaged-" + ports.clock().wallMillis()));
        DurableFiles.syncFolder(settings.directory());
    }

    /** Has the next start make the index anew from the extents. */
    static void haveIndexMadeAnew(@Nullable Path device) {
        if (device == null) {
            return;
        }
        try {
            Path asked = device.resolve(REBUILD);
            if (!Files.exists(asked)) {
                Files.createFile(asked);
                DurableFiles.syncFolder(device);
            }
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "the index of " + device + " is damaged, and that can't be noted: " + e,
                    e);
        }
    }

    private boolean holdsData() throws IOException {
        try (Stream<Path> entries = Files.list(settings.directory().resolve("data"))) {
            return entries.anyMatch(path -> path.toString().endsWith(".dat"));
        }
    }

    static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        String text = String.valueOf(e.getMessage());
        return (status != null && status.getCode() == Status.Code.Corruption)
                || text.contains("Corruption")
                || text.contains("No such file");
    }
}
