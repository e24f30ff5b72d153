package io.lethe.node;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.base.Bytes;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.DirectoryVoters.Voter;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.metadata.raft.Standing;
import io.lethe.node.metadata.state.LevelRow;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has the directory, whose majority is lost for good, go on from this node's copy alone, while this
 * node is stopped. In this order, each step repeatable:
 *
 * <pre>
 * raft/directory       two entries are appended, then the vote file names the next generation
 * tables/directory.G   gets the name of the next generation; a marker says that it is whole
 * ZooKeeper            its record names this copy as the only voter, all others as to be made anew
 * </pre>
 *
 * <p>The record comes last: a node that finds itself in it in a generation that is not here makes
 * an empty one in the place of what is here. Until then the copy that was made over is of no use to
 * anybody, and a second run goes on where the first was cut.
 */
final class DirectoryRecovery {
    private final OfflineNode node;

    DirectoryRecovery(OfflineNode node) {
        this.node = node;
    }

    /**
     * How things stand.
     *
     * @param voters as the coordination service has them
     * @param own this node's place there
     * @param standing of the copy's log
     * @param appliedIndex of its rows, as far as they are on disk
     * @param level that the cluster was at
     * @param next the generation that it becomes; its own one where that was done before
     * @param here nodes that are registered
     * @param obstacle why nothing may be done; null: nothing is in the way
     */
    record View(
            DirectoryVoters voters,
            Voter own,
            Standing standing,
            long appliedIndex,
            int level,
            int next,
            Set<NodeId> here,
            @Nullable String obstacle) {
        boolean votes() {
            return voters.voters().contains(own);
        }

        /** Lines for people. */
        List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add("the directory's copy on this node, " + own.node() + ":");
            lines.add(
                    "  generation "
                            + own.generation()
                            + (votes() ? ", votes" : ", does not vote")
                            + "; its log ends at term "
                            + standing.lastTerm()
                            + ", index "
                            + standing.lastIndex()
                            + "; its rows are on disk up to "
                            + appliedIndex);
            lines.add("voters, as ZooKeeper has them:");
            for (Voter one : voters.voters()) {
                lines.add(
                        "  "
                                + one.node()
                                + " at "
                                + one.host()
                                + ":"
                                + one.rpcPort()
                                + ", generation "
                                + one.generation()
                                + (here.contains(one.node()) ? ", registered" : ", away")
                                + (one.node().equals(own.node()) ? " (this node)" : ""));
            }
            return lines;
        }
    }

    /** Looks, and changes nothing. */
    View look() throws IOException, InterruptedException {
        DirectoryVoters voters =
                node.coordination()
                        .directoryVoters()
                        .orElseThrow(
                                () ->
                                        new StoreException(
                                                ErrorCode.UNAVAILABLE,
                                                "ZooKeeper does not know where the directory is, so"
                                                        + " nobody knows which copies voted: see"
                                                        + " 'lethe restore'"));
        Voter own =
                voters.member(node.self())
                        .orElseThrow(() -> refused("ZooKeeper knows of no copy on this node"));
        Standing standing =
                node.host()
                        .standing(GroupId.DIRECTORY)
                        .orElseThrow(() -> refused("this node has no copy of the directory"));
        int local = Math.max(standing.generation(), standing.logGeneration());
        if (local < own.generation()) {
            throw refused(
                    "the copy on this node is generation "
                            + local
                            + ", which was given up: ZooKeeper names generation "
                            + own.generation());
        }
        int next = local > own.generation() ? local : voters.nextGeneration();
        ReplicaFolders folders = node.folders();
        Place is = new Place(GroupId.DIRECTORY, next);
        Place place = folders.isThere(is) ? is : new Place(GroupId.DIRECTORY, own.generation());
        if (!folders.isThere(place)) {
            throw refused("the table of " + place + " is missing");
        }
        Set<NodeId> here = new TreeSet<>(node.coordination().nodes().keySet());
        try (RocksTable table =
                RocksTable.open(folders.table(place), GroupId.DIRECTORY, node.tables())) {
            int level = level(table, standing);
            return new View(
                    voters,
                    own,
                    standing,
                    table.applied().index(),
                    level,
                    next,
                    here,
                    obstacle(voters, here, level));
        }
    }

    /** Rows may be far behind the log: whoever led last stamped its entries with the level. */
    private static int level(RocksTable table, Standing standing) {
        int rows = table.read(view -> LevelRow.read(view.rows()));
        byte[] command = standing.lastCommand();
        return command == null ? rows : Math.max(rows, CommandCodec.level(Bytes.wrap(command)));
    }

    private static StoreException refused(String why) {
        return new StoreException(
                ErrorCode.INVALID_ARGUMENT, "nothing can be recovered here: " + why);
    }

    private @Nullable String obstacle(DirectoryVoters voters, Set<NodeId> here, int level) {
        int needed = CommandLevels.of(new DirectoryCommand.RecoveredDirectory(node.self(), 0));
        if (level < needed) {
            return CommandLevels.refusal(needed, level);
        }
        if (voters.voters().size() == 1 && voters.voters().getFirst().node().equals(node.self())) {
            return "this node's copy is the only voter already: start the node";
        }
        long registered = voters.voters().stream().filter(one -> here.contains(one.node())).count();
        if (registered > voters.voters().size() / 2) {
            return registered
                    + " of "
                    + voters.voters().size()
                    + " voters are registered: they elect a leader by themselves; see 'lethe"
                    + " status'";
        }
        return node.otherController()
                .map(
                        one ->
                                "node "
                                        + one
                                        + " is the controller: stop all nodes, and wait until"
                                        + " their ZooKeeper sessions are over")
                .orElse(null);
    }

    /**
     * Does it.
     *
     * @throws StoreException where something is in the way, or ZooKeeper's record has changed
     */
    View recover() throws IOException, InterruptedException {
        proceed(look());
        // From here on no other node is elected, and nobody changes the record.
        node.control();
        View view = proceed(look());
        Place was = new Place(GroupId.DIRECTORY, view.own().generation());
        Place is = new Place(GroupId.DIRECTORY, view.next());
        Stamp stamp =
                new Stamp(node.tasks().clock().wallMillis(), view.appliedIndex(), 0, view.level());
        DirectoryCommand command =
                new DirectoryCommand.RecoveredDirectory(node.self(), view.standing().lastIndex());
        node.host()
                .makeOver(
                        new ReplicaSpec(
                                GroupId.DIRECTORY, was.generation(), false, List.of(), List.of()),
                        is.generation(),
                        CommandCodec.encode(stamp, command).toArray());
        node.folders().rename(was, is);
        node.folders().know(is);
        View last = proceed(look());
        node.coordination().updateDirectoryVoters(last.voters(), last.voters().alone(own(is)));
        return last;
    }

    private Voter own(Place is) {
        return new Voter(
                node.self(), node.address().host(), node.address().port(), is.generation());
    }

    private static View proceed(View view) {
        if (view.obstacle() != null) {
            throw new StoreException(ErrorCode.INVALID_ARGUMENT, view.obstacle());
        }
        return view;
    }

    /** How many others have to be made anew. */
    static long others(DirectoryVoters voters, NodeId self) {
        return Stream.concat(voters.voters().stream(), voters.learners().stream())
                .filter(one -> !one.node().equals(self))
                .count();
    }
}
