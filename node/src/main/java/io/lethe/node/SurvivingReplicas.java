package io.lethe.node;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.base.Clock;
import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.RaftHost;
import io.lethe.node.metadata.raft.ReplicaSpec;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PartitionRecord.Recovery;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a replica of this node over whose partition has lost its majority for good, where an
 * operator has chosen it: while it is closed, its store becomes that of the next generation, with
 * itself as the only voter. Whatever its log holds counts from then on. Each step may be repeated,
 * and the marker of the next generation comes last. One task.
 *
 * <pre>
 * raft/GROUP      two entries are appended, then the vote file names the next generation
 * tables/GROUP.G  gets the name of the next generation, keys and all
 * </pre>
 */
final class SurvivingReplicas {
    private static final Logger log = LoggerFactory.getLogger(SurvivingReplicas.class);

    /** Orders of versions are milliseconds, shifted by so many bits. */
    private static final int ORDER_SHIFT = 20;

    private final NodeId self;
    private final ReplicaFolders folders;
    private final RaftHost host;
    private final Clock clock;

    SurvivingReplicas(NodeId self, ReplicaFolders folders, RaftHost host, Clock clock) {
        this.self = self;
        this.folders = folders;
        this.host = host;
        this.clock = clock;
    }

    /** Above every order that a version which is lost by now can have had. */
    static long orderFloor(Clock clock) {
        return clock.wallMillis() << ORDER_SHIFT;
    }

    /** Whether what lies at a place is what a recovery is to be made of, and still is not. */
    boolean awaits(Place place, PartitionRecord record) {
        Recovery recovery = record.recovery();
        return recovery != null
                && recovery.survivor().equals(self)
                && place.group().equals(record.id())
                && place.generation() == recovery.from()
                && isOf(record, recovery)
                && !folders.wasHere(new Place(record.id(), recovery.generation()));
    }

    /**
     * Whether a recovery is this partition's own, and the survivor votes: whoever joined it since
     * has a later generation. One of an earlier generation votes in a partition that never was down
     * to that survivor: its record has the recovery of its parent.
     */
    private boolean isOf(PartitionRecord record, Recovery recovery) {
        PartitionRecord.Replica survivor = new PartitionRecord.Replica(self, recovery.generation());
        return record.voters().contains(survivor)
                && record.voters().stream()
                        .allMatch(
                                one ->
                                        one.equals(survivor)
                                                || one.generation() > recovery.generation());
    }

    /**
     * Makes the replica over, if this is to be done.
     *
     * @param directory a copy that knows the record
     * @throws StoreException CORRUPT when the store that should be made over is not whole
     */
    void makeOver(PartitionRecord record, LocalDirectory directory) {
        Recovery recovery = record.recovery();
        if (recovery == null) {
            return;
        }
        Place was = new Place(record.id(), recovery.from());
        Place is = new Place(record.id(), recovery.generation());
        if (!awaits(was, record)) {
            return;
        }
        long directoryIndex = directory.index();
        PartitionCommand command =
                new PartitionCommand.Recovered(
                        KeyCopy.replica(self, was.generation()),
                        KeyCopy.replica(self, is.generation()),
                        directoryIndex,
                        orderFloor(clock));
        Stamp stamp = new Stamp(clock.wallMillis(), directoryIndex, 0, directory.featureLevel());
        try {
            if (!folders.isThere(was) && !folders.isThere(is)) {
                throw new StoreException(
                        ErrorCode.CORRUPT,
                        "the table of "
                                + was
                                + ", of which "
                                + record.id()
                                + " should be made anew, is missing");
            }
            host.makeOver(
                    new ReplicaSpec(record.id(), was.generation(), false, List.of(), List.of()),
                    is.generation(),
                    CommandCodec.encode(stamp, command).toArray());
            folders.rename(was, is);
            folders.know(is);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        log.warn(
                "{} has lost its majority and goes on from what {} has here, as {}; what was"
                        + " acknowledged behind entry {} is lost",
                record.id(),
                was,
                is,
                recovery.lastIndex());
    }
}
