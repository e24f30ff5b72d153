package io.lethe.node.backup;

import io.lethe.node.backup.BackupFile.Kind;
import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Makes one backup, a group at a step: all partitions, each as of one index; once more those whose
 * range was another meanwhile; the directory last, so that it knows whatever a partition was fenced
 * against; then the manifest, which makes it complete. Each partition has its copy of the keys
 * registered before that is made, and after the place was written to. One task.
 */
final class BackupRun {
    private static final long COMMAND_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Rounds in which ranges may change before it is given up. */
    private static final int MOST_ROUNDS = 20;

    /** A range that a partition was copied with. */
    private record Range(Bytes from, Bytes to) {
        static Range of(PartitionRecord record) {
            return new Range(record.from(), record.to());
        }
    }

    private final BackupPorts ports;
    private final BackupPlace place;
    private final Id128 id;
    private final Directory.Cluster cluster;
    private final KeyBytes key;
    private final Bytes wrapped;
    private final Map<GroupId, Range> copied = new HashMap<>();
    private final Map<GroupId, Manifest.Group> groups = new TreeMap<>();
    private final Deque<PartitionRecord> next = new ArrayDeque<>();
    private boolean begun;
    private int rounds;

    private BackupRun(BackupPorts ports, BackupPlace place, Id128 id, Directory.Cluster cluster) {
        this.ports = ports;
        this.place = place;
        this.id = id;
        this.cluster = cluster;
        key = KeyBytes.random(ports.random());
        wrapped = ports.root().wrapBackupKey(id, key);
    }

    static BackupRun begin(BackupPorts ports, BackupPlace place) {
        Id128 id = new Id128(ports.tasks().clock().wallMillis(), ports.random().nextLong());
        return new BackupRun(
                ports,
                place,
                id,
                ports.directory()
                        .cluster()
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                ErrorCode.UNAVAILABLE, "there is no cluster yet")));
    }

    Id128 id() {
        return id;
    }

    BackupPlace place() {
        return place;
    }

    /** Number of a backup's copies of keys. */
    static long copyOf(Id128 backup) {
        return backup.low() >>> 1;
    }

    String progress() {
        return groups.size()
                + " of "
                + (ports.directory().partitions().size() + 1)
                + " groups copied to "
                + place.name();
    }

    /** Does the next piece; true once the backup is complete. */
    boolean step() throws IOException, InterruptedException {
        if (!begun) {
            place.write(id, BackupPlace.OWNER, Backups.owner(cluster.id()));
            keepKey();
            begun = true;
        }
        if (!next.isEmpty()) {
            copy(next.removeFirst());
            return false;
        }
        if (lacks()) {
            return false;
        }
        group(GroupId.DIRECTORY);
        if (lacks()) {
            return false;
        }
        byte[] manifest =
                new Manifest(
                                cluster.id(),
                                cluster.name(),
                                id,
                                ports.self(),
                                id.high(),
                                ports.tasks().clock().wallMillis(),
                                ports.directory().featureLevel(),
                                copyOf(id),
                                place.outside() ? wrapped : Bytes.EMPTY,
                                ordered())
                        .encode();
        place.write(id, Manifest.NAME, new BytesContent(manifest));
        key.destroy();
        return true;
    }

    private void keepKey() throws InterruptedException {
        if (!place.outside()) {
            DirectoryReply reply =
                    ports.metadata()
                            .execute(new DirectoryCommand.PutBackupKey(id, wrapped), 0, deadline())
                            .reply();
            if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)) {
                throw new StoreException(code, message);
            }
        }
    }

    private long deadline() {
        return ports.tasks().clock().nanos() + COMMAND_NANOS;
    }

    /** Whether partitions are to be copied, or once more, since they have another range now. */
    private boolean lacks() throws InterruptedException {
        ports.metadata().catchUpDirectory(deadline());
        List<PartitionRecord> now = ports.directory().partitions();
        copied.keySet().removeIf(one -> now.stream().noneMatch(record -> record.id().equals(one)));
        groups.keySet().removeIf(one -> !one.isDirectory() && !copied.containsKey(one));
        for (PartitionRecord record : now) {
            if (!Range.of(record).equals(copied.get(record.id()))) {
                next.add(record);
            }
        }
        if (!next.isEmpty() && ++rounds > MOST_ROUNDS) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "partitions are split faster than they are copied");
        }
        return !next.isEmpty();
    }

    private void copy(PartitionRecord record) throws IOException, InterruptedException {
        KeyCopy.Kind kind = place.outside() ? KeyCopy.Kind.DECLARED : KeyCopy.Kind.BACKUP;
        PartitionReply reply =
                ports.metadata()
                        .executeIn(
                                record.id(),
                                new PartitionCommand.RegisterKeyCopies(
                                        List.of(new KeyCopy(kind, ports.self(), copyOf(id)))),
                                0,
                                deadline());
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    record.id() + " does not register the copy of its keys: " + reply);
        }
        group(record.id());
        copied.put(record.id(), Range.of(record));
    }

    private void group(GroupId group) throws IOException, InterruptedException {
        GroupExport export = GroupExport.begin(ports, group);
        Manifest.Part keys =
                group.isDirectory()
                        ? Manifest.Part.NONE
                        : write(export, group, Kind.KEYS, export.keys(key));
        Manifest.Part rows = write(export, group, Kind.ROWS, export.rows());
        groups.put(group, export.described(rows, keys));
    }

    private Manifest.Part write(
            GroupExport export, GroupId group, Kind kind, FileContent.Pieces pieces)
            throws IOException, InterruptedException {
        FileContent content = new FileContent(export.header(kind, cluster.id(), id), pieces);
        place.write(id, Manifest.file(group, kind), content);
        return content.part();
    }

    /** The directory last. */
    private List<Manifest.Group> ordered() {
        List<Manifest.Group> all = new ArrayList<>();
        groups.values().stream().filter(one -> !one.id().isDirectory()).forEach(all::add);
        groups.values().stream().filter(one -> one.id().isDirectory()).forEach(all::add);
        return all;
    }
}
