package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.option.SnapshotCopierOptions;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.SnapshotThrottle;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotCopier;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import io.lethe.node.base.Clock;
import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One group's snapshots on one node: {@code snapshot-INDEX} folders, complete and synced as long as
 * they have that name; {@code saving} and {@code installing} are staging, {@code deleting} is what
 * an old one is called while its files go, and all three are wiped at start. Safe for any thread.
 *
 * <p>While a follower copies one, that snapshot is pinned: it is kept, and it is what {@link #open}
 * answers, since the library would cancel a running install for a newer snapshot. A pin ends when
 * nobody has read for {@link #PIN_NANOS}.
 */
final class SnapshotFolder implements SnapshotStorage {
    /** 30 s: longer than any pause of a live copier, short enough not to hold up purges. */
    static final long PIN_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final String PREFIX = "snapshot-";

    /** Removes a folder with all that is in it. */
    interface Removal {
        void remove(Path folder) throws IOException;
    }

    /** Starts copies; given by the group, which knows transport and state. */
    interface Copies {
        SnapshotCopier start(SnapshotFolder folder, RaftPeer from, long index);
    }

    private final Path dir;
    private final String group;
    private final RaftPeer self;
    private final Clock clock;
    private final FaultHandler faults;
    private final Copies copies;
    private final Removal removal;
    private final TreeMap<Long, SnapshotManifest> complete = new TreeMap<>();

    /** Copies that run, by {@link SnapshotRead#copy()}, and when each is given up. */
    private final Map<Long, Long> pins = new HashMap<>();

    private long pinned;

    SnapshotFolder(
            Path dir,
            String group,
            RaftPeer self,
            Clock clock,
            FaultHandler faults,
            Copies copies) {
        this(dir, group, self, clock, faults, copies, DurableFiles::deleteTree);
    }

    /**
     * @param removal of snapshots that are not wanted any more
     */
    SnapshotFolder(
            Path dir,
            String group,
            RaftPeer self,
            Clock clock,
            FaultHandler faults,
            Copies copies,
            Removal removal) {
        this.dir = dir;
        this.group = group;
        this.self = self;
        this.clock = clock;
        this.faults = faults;
        this.copies = copies;
        this.removal = removal;
    }

    /**
     * @throws StoreException CORRUPT when a complete snapshot is damaged
     */
    @Override
    public synchronized boolean init(@Nullable Void options) {
        try {
            Files.createDirectories(dir);
            DurableFiles.deleteTree(staging(true));
            DurableFiles.deleteTree(staging(false));
            DurableFiles.deleteTree(deleting());
            try (DirectoryStream<Path> found = Files.newDirectoryStream(dir, PREFIX + "*")) {
                for (Path each : found) {
                    SnapshotManifest manifest = read(each);
                    complete.put(manifest.index(), manifest);
                }
            }
            deleteOld();
            return true;
        } catch (IOException e) {
            throw halt(e);
        }
    }

    private static SnapshotManifest read(Path folder) throws IOException {
        try {
            SnapshotManifest manifest =
                    SnapshotManifest.decode(
                            Files.readAllBytes(folder.resolve(SnapshotManifest.FILE_NAME)));
            for (SnapshotManifest.Entry file : manifest.files()) {
                if (Files.size(folder.resolve(file.name())) != file.lengthBytes()) {
                    throw new IOException(file.name() + " has the wrong length");
                }
            }
            return manifest;
        } catch (IOException | Decoder.CorruptEncoding e) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "The snapshot "
                            + folder
                            + " is damaged ("
                            + e.getMessage()
                            + "): remove this replica and add it as a new generation",
                    e);
        }
    }

    Path staging(boolean saving) {
        return dir.resolve(saving ? "saving" : "installing");
    }

    private Path deleting() {
        return dir.resolve("deleting");
    }

    Path path(long index) {
        return dir.resolve(PREFIX + index);
    }

    String group() {
        return group;
    }

    RaftPeer self() {
        return self;
    }

    @Override
    public synchronized SnapshotWriter create() {
        return new SavingSnapshot(this, freshStaging(true));
    }

    /** An empty staging folder. */
    Path freshStaging(boolean saving) {
        try {
            Path staging = staging(saving);
            DurableFiles.deleteTree(staging);
            return Files.createDirectory(staging);
        } catch (IOException e) {
            throw halt(e);
        }
    }

    /** Makes a staged snapshot a complete one: syncs it, names it, drops older ones. */
    void complete(Path staging, SnapshotManifest manifest) throws IOException {
        DurableFiles.write(staging.resolve(SnapshotManifest.FILE_NAME), manifest.encode());
        for (SnapshotManifest.Entry file : manifest.files()) {
            DurableFiles.sync(staging.resolve(file.name()));
        }
        DurableFiles.syncFolder(staging);
        publish(staging, manifest);
    }

    private synchronized void publish(Path staging, SnapshotManifest manifest) throws IOException {
        Path target = path(manifest.index());
        discard(target);
        Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncFolder(dir);
        complete.put(manifest.index(), manifest);
        deleteOld();
    }

    private void deleteOld() throws IOException {
        List<Long> old = new ArrayList<>(complete.keySet());
        if (!old.isEmpty()) {
            old.removeLast();
        }
        if (isPinned()) {
            old.remove(pinned);
        }
        for (long index : old) {
            complete.remove(index);
            discard(path(index));
        }
    }

    /** Takes its name first: a crash in between leaves no snapshot of which a part is gone. */
    private void discard(Path snapshot) throws IOException {
        if (Files.exists(snapshot)) {
            DurableFiles.deleteTree(deleting());
            Files.move(snapshot, deleting(), StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.syncFolder(dir);
            removal.remove(deleting());
        }
    }

    @Override
    public synchronized @Nullable SnapshotReader open() {
        if (complete.isEmpty()) {
            return null;
        }
        long index = isPinned() ? pinned : complete.lastKey();
        SnapshotManifest manifest = complete.get(index);
        return manifest == null ? null : new StoredSnapshot(this, manifest);
    }

    private boolean isPinned() {
        pins.values().removeIf(untilNanos -> untilNanos - clock.nanos() <= 0);
        return !pins.isEmpty() && complete.containsKey(pinned);
    }

    /** Whether somebody copies a snapshot from here. */
    synchronized boolean transferring() {
        return isPinned();
    }

    /** Keeps the snapshot for a copy; false when it is gone, or copies of another one run. */
    synchronized boolean pin(long index, long copy) {
        if (!complete.containsKey(index) || (isPinned() && pinned != index)) {
            return false;
        }
        pinned = index;
        pins.put(copy, clock.nanos() + PIN_NANOS);
        return true;
    }

    /** A copy has all it wanted. */
    synchronized void unpin(long copy) {
        pins.remove(copy);
    }

    /** Lets go of every copy. */
    synchronized void unpin() {
        pins.clear();
    }

    synchronized @Nullable SnapshotManifest manifest(long index) {
        return complete.get(index);
    }

    /** The newest complete snapshot's index, 0 when there is none. */
    synchronized long newest() {
        return complete.isEmpty() ? 0 : complete.lastKey();
    }

    /** The newest complete snapshot's term, 0 when there is none. */
    synchronized long newestTerm() {
        return complete.isEmpty()
                ? 0
                : complete.lastEntry().getValue().meta().getLastIncludedTerm();
    }

    @Override
    public @Nullable SnapshotReader copyFrom(String uri, SnapshotCopierOptions options) {
        SnapshotCopier copier = startToCopyFrom(uri, options);
        try {
            copier.join();
            return copier.getReader();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public SnapshotCopier startToCopyFrom(String uri, SnapshotCopierOptions options) {
        StoredSnapshot.Source source = StoredSnapshot.Source.parse(uri);
        return copies.start(this, source.peer(), source.index());
    }

    RuntimeException halt(IOException failure) {
        faults.halt("the snapshots of " + group, failure);
        return new UncheckedIOException(failure);
    }

    @Override
    public boolean setFilterBeforeCopyRemote() {
        return false;
    }

    @Override
    public void setSnapshotThrottle(SnapshotThrottle throttle) {
        // Copies are throttled by the node, over all groups.
    }

    @Override
    public void shutdown() {
        // Holds no open file.
    }
}
