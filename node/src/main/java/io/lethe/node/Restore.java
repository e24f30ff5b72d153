package io.lethe.node;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.backup.BackupPlace;
import io.lethe.node.backup.Backups;
import io.lethe.node.backup.GroupImport;
import io.lethe.node.backup.Manifest;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.DirectoryVoters.Voter;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.RootKeyFile;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.table.Position;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.Build;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.placement.VoterPlanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes all metadata of a cluster anew of a backup, on one node that is stopped; the others get
 * theirs from it. In this order, each step repeatable:
 *
 * <pre>
 * restore                 which backup, and the generation of what is made ({@link RestorePlan})
 * tables/partition-N.G    rows and keys, then raft/partition-N, a log that begins behind them
 * tables/directory.G      the same; then two entries follow, and it becomes the next generation
 * ZooKeeper               its record names this copy as the only voter
 * </pre>
 *
 * <p>ZooKeeper comes last, since nobody may find a directory that is not whole. Of what was made
 * before, nothing is of use to anybody until then. Partitions become the next generation when this
 * node opens them, as those that lost their majority do ({@link SurvivingReplicas}).
 */
final class Restore {
    /** 2020-01-01, in seconds since 1970: generations count seconds from here. */
    private static final long FIRST_SECOND = 1_577_836_800;

    private final OfflineNode node;
    private final BackupPlace place;
    private final Consumer<String> progress;
    private final RestorePlan plan;

    /**
     * @param progress told in lines for people
     */
    Restore(OfflineNode node, BackupPlace place, Consumer<String> progress) {
        this.node = node;
        this.place = place;
        this.progress = progress;
        plan = new RestorePlan(node.config().node().data());
    }

    /**
     * What would be restored.
     *
     * @param obstacle why nothing may be done; null: nothing is in the way
     */
    record View(Manifest manifest, @Nullable String obstacle) {}

    /**
     * Checks a backup wholly and looks for what is in the way; changes nothing.
     *
     * @param wanted null: that of a restore that was cut short, else the newest
     * @throws StoreException where there is none, it is damaged, or the root key does not open it
     */
    View look(@Nullable Id128 wanted) throws IOException, InterruptedException {
        Manifest manifest = manifest(wanted);
        progress.accept("reading backup " + manifest.id() + " to its end");
        List<String> faults = Backups.check(place, manifest);
        if (!faults.isEmpty()) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "backup " + manifest.id() + " is damaged: " + String.join("; ", faults));
        }
        key(manifest).destroy();
        return new View(manifest, obstacle(manifest));
    }

    private Manifest manifest(@Nullable Id128 wanted) throws IOException, InterruptedException {
        List<Manifest> complete = Backups.complete(place);
        Id128 id =
                wanted != null ? wanted : plan.read().map(RestorePlan.Begun::backup).orElse(null);
        Optional<Manifest> found =
                id == null
                        ? complete.stream().reduce((_, later) -> later)
                        : complete.stream().filter(one -> one.id().equals(id)).findFirst();
        return found.orElseThrow(
                () ->
                        new StoreException(
                                ErrorCode.INVALID_ARGUMENT,
                                place.name()
                                        + " has no complete backup"
                                        + (id == null ? "" : " " + id)
                                        + "; it has "
                                        + complete.stream().map(Manifest::id).toList()));
    }

    private KeyBytes key(Manifest manifest) {
        return RootKeyFile.load(node.config().rootKey().file().path())
                .unwrapBackupKey(manifest.id(), manifest.wrappedKey());
    }

    private @Nullable String obstacle(Manifest manifest) throws IOException, InterruptedException {
        int needed = CommandLevels.of(new DirectoryCommand.SetReclaim(true));
        if (manifest.featureLevel() < needed) {
            return CommandLevels.refusal(needed, manifest.featureLevel());
        }
        if (!Build.own().speaks(manifest.featureLevel())) {
            return Build.own().refusal(manifest.featureLevel());
        }
        Optional<RestorePlan.Begun> begun = plan.read();
        if (begun.isPresent() && !begun.get().backup().equals(manifest.id())) {
            return "a restore of backup "
                    + begun.get().backup()
                    + " was begun here: go on with that, or remove "
                    + plan.file()
                    + " with raft, tables and replicas beside it";
        }
        if (begun.isEmpty() && hasDirectory()) {
            return "this node has a copy of the directory: see 'lethe recover-directory'; what must"
                    + " not count any more is to be removed first: raft, tables and replicas in "
                    + node.config().node().data();
        }
        Set<NodeId> here = new TreeSet<>(node.coordination().nodes().keySet());
        here.remove(node.self());
        if (!here.isEmpty()) {
            return "nodes are registered in ZooKeeper, stop them first: " + here;
        }
        Optional<DirectoryVoters> voters = node.coordination().directoryVoters();
        if (voters.isPresent() && !voters.get().cluster().equals(manifest.cluster())) {
            return "ZooKeeper has cluster "
                    + voters.get().cluster()
                    + " under this name, and the backup is of "
                    + manifest.cluster();
        }
        return node.otherController()
                .map(one -> "node " + one + " is the controller: stop it first")
                .orElse(null);
    }

    private boolean hasDirectory() throws IOException {
        return node.host().standing(GroupId.DIRECTORY).isPresent()
                || node.folders().places().stream().anyMatch(one -> one.group().isDirectory());
    }

    /**
     * Does it, or goes on with it.
     *
     * @throws StoreException where something is in the way
     */
    Manifest restore(@Nullable Id128 wanted) throws IOException, InterruptedException {
        Manifest manifest = look(wanted).manifest();
        proceed(manifest);
        // From here on no other node is elected, and nobody changes the record.
        node.control();
        proceed(manifest);
        Optional<RestorePlan.Begun> begun = plan.read();
        int generation = begun.isPresent() ? begun.get().generation() : generation();
        plan.write(new RestorePlan.Begun(manifest.id(), generation));
        int done = 0;
        for (Manifest.Group group : manifest.groups()) {
            make(manifest, group, new Place(group.id(), generation));
            progress.accept(
                    group.id()
                            + ": "
                            + group.rows().items()
                            + " rows, "
                            + group.keys().items()
                            + " keys; "
                            + ++done
                            + " of "
                            + manifest.groups().size()
                            + " groups");
        }
        Place directory = makeOver(manifest, new Place(GroupId.DIRECTORY, generation));
        // It took a while: what was started meanwhile may have the directory of before.
        proceed(manifest);
        tell(manifest, directory);
        plan.remove();
        return manifest;
    }

    private void proceed(Manifest manifest) throws IOException, InterruptedException {
        String obstacle = obstacle(manifest);
        if (obstacle != null) {
            throw new StoreException(ErrorCode.INVALID_ARGUMENT, obstacle);
        }
    }

    /** Generations went up by one at a time: none has ever been as high as this. */
    private int generation() throws InterruptedException {
        long seconds = TimeUnit.MILLISECONDS.toSeconds(node.tasks().clock().wallMillis());
        int known =
                node.coordination()
                        .directoryVoters()
                        .map(DirectoryVoters::nextGeneration)
                        .orElse(1);
        return Math.max(known, Math.toIntExact(seconds - FIRST_SECOND));
    }

    private RaftPeer peer(int generation) {
        return new RaftPeer(node.address().host(), node.address().port(), generation);
    }

    /** The table of a group and a log that begins behind it, unless they are here. */
    private void make(Manifest manifest, Manifest.Group group, Place at)
            throws IOException, InterruptedException {
        ReplicaFolders folders = node.folders();
        if (folders.wasHere(at)) {
            return;
        }
        // What a run left that was cut short; its keys first.
        if (java.nio.file.Files.exists(folders.table(at))) {
            RocksTable.wipe(folders.table(at));
            RocksTable.remove(folders.table(at));
        }
        Position end = new Position(group.index(), group.index());
        GroupImport input = new GroupImport(place, manifest);
        try (RocksTable table = RocksTable.open(folders.table(at), group.id(), node.tables())) {
            Consumer<List<Change>> write = changes -> table.fill(end, changes);
            if (!group.id().isDirectory()) {
                KeyBytes key = key(manifest);
                input.keys(group, key, write);
                key.destroy();
            }
            input.rows(group, write);
            table.flush();
            node.host()
                    .found(
                            new ReplicaSpec(
                                    group.id(),
                                    at.generation(),
                                    true,
                                    List.of(peer(at.generation())),
                                    List.of()),
                            group.index(),
                            table::saveSnapshot);
        }
        folders.know(at);
    }

    /** The directory's first new entry says what has become of it. */
    private Place makeOver(Manifest manifest, Place was) throws IOException {
        Place is = new Place(GroupId.DIRECTORY, was.generation() + 1);
        DirectoryCommand command =
                new DirectoryCommand.RestoredCluster(
                        node.self(), is.generation(), manifest.id(), manifest.beganMillis());
        Stamp stamp = new Stamp(node.tasks().clock().wallMillis(), 0, 0, manifest.featureLevel());
        node.host()
                .makeOver(
                        new ReplicaSpec(
                                GroupId.DIRECTORY, was.generation(), false, List.of(), List.of()),
                        is.generation(),
                        CommandCodec.encode(stamp, command).toArray());
        node.folders().rename(was, is);
        node.folders().know(is);
        return is;
    }

    /** Whoever had a copy of the old directory is to make it anew. */
    private void tell(Manifest manifest, Place directory) throws IOException, InterruptedException {
        List<NodeRecord> nodes;
        int wanted;
        try (RocksTable table =
                RocksTable.open(
                        node.folders().table(directory), GroupId.DIRECTORY, node.tables())) {
            nodes = table.read(view -> new DirectoryReader(view.rows()).nodes());
            int m =
                    table.read(
                            view ->
                                    new DirectoryReader(view.rows())
                                            .storageClasses()
                                            .getFirst()
                                            .scheme()
                                            .m());
            wanted = VoterPlanner.voters(m, metadataNodes(nodes));
        }
        Optional<DirectoryVoters> before = node.coordination().directoryVoters();
        Voter self =
                new Voter(
                        node.self(),
                        node.address().host(),
                        node.address().port(),
                        directory.generation());
        List<Voter> others = new ArrayList<>();
        int next = directory.generation() + 1;
        for (Voter one : members(nodes, before)) {
            if (!one.node().equals(node.self())) {
                others.add(new Voter(one.node(), one.host(), one.rpcPort(), next++));
            }
        }
        // As many voters as there were at first are made by the controller.
        List<Voter> founders = new ArrayList<>(List.of(self));
        others.stream().limit(wanted - 1L).forEach(founders::add);
        DirectoryVoters now =
                new DirectoryVoters(manifest.cluster(), founders, List.of(self), others);
        if (before.isPresent()) {
            node.coordination().updateDirectoryVoters(before.get(), now);
        } else if (!node.coordination().createDirectoryVoters(now)) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "another cluster was begun in ZooKeeper meanwhile");
        }
    }

    private static int metadataNodes(List<NodeRecord> nodes) {
        return (int)
                Math.max(
                        1,
                        nodes.stream()
                                .filter(one -> !one.removed())
                                .filter(one -> one.roles().contains(NodeRecord.Role.METADATA))
                                .count());
    }

    private static List<Voter> members(List<NodeRecord> nodes, Optional<DirectoryVoters> before) {
        Map<NodeId, Voter> all = new LinkedHashMap<>();
        Set<NodeId> removed = new HashSet<>();
        for (NodeRecord one : nodes) {
            if (one.removed()) {
                removed.add(one.id());
            } else {
                all.put(one.id(), new Voter(one.id(), one.host(), one.rpcPort(), 0));
            }
        }
        before.ifPresent(
                now ->
                        Stream.concat(now.voters().stream(), now.learners().stream())
                                .filter(one -> !removed.contains(one.node()))
                                .forEach(one -> all.putIfAbsent(one.node(), one)));
        return List.copyOf(all.values());
    }
}
