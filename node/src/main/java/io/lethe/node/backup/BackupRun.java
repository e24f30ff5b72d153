package io.lethe.node.backup;

import io.lethe.node.backup.BackupFile.Kind;
import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionAnswer.SplitStanding;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
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
import org.jspecify.annotations.Nullable;

/**
 * Makes one backup, a group at a step: all partitions, each as of one index; once more those whose
 * range was another meanwhile; the directory last, so that it knows whatever a partition was fenced
 * against; then the manifest, which makes it complete. Each partition has its copy of the keys
 * registered before that is made, and after the place was written to. One task.
 *
 * <p>A partition that has split, and whose record does not say so yet, is waited for: its child has
 * no record by which it would be copied, and a copy of the partition alone lacks what the child
 * has. So a copy counts where its record stayed the same, and it had not split behind it.
 */
final class BackupRun {
    private static final long COMMAND_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Rounds in which ranges may change before it is given up. */
    private static final int MOST_ROUNDS = 20;

    /** For the directory, which has but to take the child's record; then nothing comes of it. */
    private static final long MOST_WAIT_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** What came of a step. */
    enum Outcome {
        /** More is to be copied. */
        GOES_ON,
        /** A partition is between its split and its child's record. */
        WAITS,
        COMPLETE
    }

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
    private final Deque<GroupId> next = new ArrayDeque<>();
    private boolean begun;
    private int rounds;
    private boolean waits;
    private long waitsFromNanos;

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

    /** Does the next piece. */
    Outcome step() throws IOException, InterruptedException {
        if (!begun) {
            place.write(id, BackupPlace.OWNER, Backups.owner(cluster.id()));
            keepKey();
            begun = true;
        }
        if (!next.isEmpty()) {
            return copy(next.removeFirst());
        }
        if (lacks()) {
            return Outcome.GOES_ON;
        }
        group(GroupId.DIRECTORY);
        if (lacks()) {
            return Outcome.GOES_ON;
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
        return Outcome.COMPLETE;
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
                next.add(record.id());
            }
        }
        if (!next.isEmpty() && ++rounds > MOST_ROUNDS) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "partitions are split faster than they are copied");
        }
        return !next.isEmpty();
    }

    private Outcome copy(GroupId id) throws IOException, InterruptedException {
        PartitionRecord record = record(id);
        if (record == null) {
            return Outcome.GOES_ON;
        }
        if (isHalfSplit(record)) {
            next.addLast(id);
            return waitFor(id);
        }
        register(id);
        group(id);
        PartitionRecord now = record(id);
        if (now != null && now.mapEpoch() == record.mapEpoch() && !isHalfSplit(now)) {
            copied.put(id, Range.of(now));
            waits = false;
        }
        return Outcome.GOES_ON;
    }

    /** As it is now; null: it is no more. */
    private @Nullable PartitionRecord record(GroupId id) throws InterruptedException {
        ports.metadata().catchUpDirectory(deadline());
        return ports.directory().partition(id).orElse(null);
    }

    /** Whether a partition has split already, and its child has no record yet. */
    private boolean isHalfSplit(PartitionRecord record) throws InterruptedException {
        PartitionRecord.Division division = record.division();
        return division != null
                && ports.metadata()
                                .queryIn(record.id(), new PartitionQuery.SplitState(), deadline())
                        instanceof SplitStanding standing
                && standing.pendingChild() == division.child().value();
    }

    private Outcome waitFor(GroupId id) {
        long now = ports.tasks().clock().nanos();
        if (!waits) {
            waits = true;
            waitsFromNanos = now;
        }
        if (now - waitsFromNanos > MOST_WAIT_NANOS) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, id + " is split, and its record does not say so");
        }
        return Outcome.WAITS;
    }

    private void register(GroupId id) throws InterruptedException {
        KeyCopy.Kind kind = place.outside() ? KeyCopy.Kind.DECLARED : KeyCopy.Kind.BACKUP;
        PartitionReply reply =
                ports.metadata()
                        .executeIn(
                                id,
                                new PartitionCommand.RegisterKeyCopies(
                                        List.of(new KeyCopy(kind, ports.self(), copyOf(this.id)))),
                                0,
                                deadline());
        if (!(reply instanceof PartitionReply.Done)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    id + " does not register the copy of its keys: " + reply);
        }
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
