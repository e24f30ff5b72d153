package io.lethe.node.backup;

import io.lethe.node.backup.BackupFile.Header;
import io.lethe.node.backup.BackupFile.Kind;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyPage;
import io.lethe.node.metadata.command.PartitionAnswer.KeyCopyRow;
import io.lethe.node.metadata.command.PartitionCommand.DeregisterKeyCopy;
import io.lethe.node.metadata.command.PartitionCommand.WipeReceipt;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PartitionRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The backups that this node can reach: listed, checked, removed. Safe for any task. */
public final class Backups {
    /** Manifests are read whole: of more partitions than there may be. */
    private static final int MOST_MANIFEST_BYTES = 64 << 20;

    private static final int COPIES_PAGE = 1_000;

    private static final long COMMAND_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final BackupPorts ports;
    private final List<BackupPlace> places;

    public Backups(BackupPorts ports, List<BackupPlace> places) {
        this.ports = ports;
        this.places = List.copyOf(places);
    }

    public List<BackupPlace> places() {
        return places;
    }

    BackupPorts ports() {
        return ports;
    }

    /**
     * Complete backups of a place, of any cluster, oldest first; what can't be read is left out.
     */
    public static List<Manifest> complete(BackupPlace place)
            throws IOException, InterruptedException {
        List<Manifest> found = new ArrayList<>();
        for (Id128 id : place.list()) {
            manifest(place, id).ifPresent(found::add);
        }
        return found;
    }

    /** Those of them that are this cluster's: others may keep theirs in the same folder. */
    public List<Manifest> ours(BackupPlace place) throws IOException, InterruptedException {
        Optional<Id128> self = cluster();
        return complete(place).stream()
                .filter(manifest -> self.equals(Optional.of(manifest.cluster())))
                .toList();
    }

    /** Empty before there is one. */
    Optional<Id128> cluster() {
        return ports.directory().cluster().map(Directory.Cluster::id);
    }

    /** Whether this cluster began a backup, complete or not. */
    boolean began(BackupPlace place, Id128 id) throws IOException, InterruptedException {
        Optional<Id128> self = cluster();
        Optional<byte[]> owner = read(place, id, BackupPlace.OWNER);
        return self.isPresent()
                && owner.isPresent()
                && Arrays.equals(owner.get(), ownerOf(self.get()));
    }

    /** The file {@link BackupPlace#OWNER}. */
    static Content owner(Id128 cluster) {
        return new BytesContent(ownerOf(cluster));
    }

    private static byte[] ownerOf(Id128 cluster) {
        return (cluster + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Empty where a backup is not complete, or its manifest damaged. */
    static Optional<Manifest> manifest(BackupPlace place, Id128 id)
            throws IOException, InterruptedException {
        try {
            return read(place, id, Manifest.NAME).map(Manifest::decode);
        } catch (CorruptEncoding e) {
            return Optional.empty();
        }
    }

    /** A short file; empty where there is none. */
    private static Optional<byte[]> read(BackupPlace place, Id128 id, String file)
            throws IOException, InterruptedException {
        try (Content content = place.open(id, file)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int count = content.read(buffer, 0, buffer.length);
                    count >= 0 && all.size() <= MOST_MANIFEST_BYTES;
                    count = content.read(buffer, 0, buffer.length)) {
                all.write(buffer, 0, count);
            }
            return Optional.of(all.toByteArray());
        } catch (java.io.FileNotFoundException | java.nio.file.NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Reads all of a backup; what is wrong with it, nothing where it is whole. */
    public static List<String> check(BackupPlace place, Manifest manifest)
            throws InterruptedException {
        List<String> faults = new ArrayList<>();
        for (Manifest.Group group : manifest.groups()) {
            check(place, manifest, group, Kind.ROWS).ifPresent(faults::add);
            if (!group.id().isDirectory()) {
                check(place, manifest, group, Kind.KEYS).ifPresent(faults::add);
            }
        }
        return faults;
    }

    private static Optional<String> check(
            BackupPlace place, Manifest manifest, Manifest.Group group, Kind kind)
            throws InterruptedException {
        String file = Manifest.file(group.id(), kind);
        Manifest.Part expected = kind == Kind.KEYS ? group.keys() : group.rows();
        try (FileReader reader = new FileReader(place.open(manifest.id(), file))) {
            Header header =
                    new Header(
                            kind,
                            manifest.cluster(),
                            manifest.id(),
                            group.id(),
                            group.index(),
                            group.term());
            if (!reader.header().equals(header)) {
                return Optional.of(file + ": it is of another backup");
            }
            byte[] frame = reader.next();
            while (frame != null) {
                frame = reader.next();
            }
            return reader.part().equals(expected)
                    ? Optional.empty()
                    : Optional.of(file + ": it is not what the manifest says");
        } catch (IOException | CorruptEncoding e) {
            return Optional.of(file + ": " + e.getMessage());
        }
    }

    /** Removes a backup, complete or not, and takes its copies of keys off the partitions. */
    void remove(BackupPlace place, Id128 id) throws IOException, InterruptedException {
        if (place.outside()) {
            takeOff(id, place.delete(id));
        } else {
            var _ = ports.metadata().execute(new DirectoryCommand.DropBackupKey(id), 0, deadline());
            // Without its key a copy in the store is nothing, wherever pieces of it are left.
            takeOff(id, true);
            var _ = place.delete(id);
        }
    }

    private void takeOff(Id128 id, boolean inPlace) throws InterruptedException {
        for (PartitionRecord record : ports.directory().partitions()) {
            for (KeyCopy copy : copies(record, BackupRun.copyOf(id))) {
                var _ =
                        ports.metadata()
                                .executeIn(
                                        record.id(),
                                        new DeregisterKeyCopy(copy, new WipeReceipt(1, inPlace)),
                                        0,
                                        deadline());
            }
        }
    }

    private List<KeyCopy> copies(PartitionRecord record, long number) throws InterruptedException {
        List<KeyCopy> found = new ArrayList<>();
        Bytes after = null;
        do {
            KeyCopyPage page =
                    (KeyCopyPage)
                            ports.metadata()
                                    .queryIn(
                                            record.id(),
                                            new PartitionQuery.KeyCopies(after, COPIES_PAGE),
                                            deadline());
            for (KeyCopyRow row : page.rows()) {
                boolean ofBackup =
                        row.copy().kind() != KeyCopy.Kind.REPLICA
                                && row.copy().kind() != KeyCopy.Kind.MERGED;
                if (ofBackup && row.copy().number() == number && row.wipedMillis() == 0) {
                    found.add(row.copy());
                }
            }
            after = page.next();
        } while (after != null);
        return found;
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + COMMAND_NANOS;
    }
}
