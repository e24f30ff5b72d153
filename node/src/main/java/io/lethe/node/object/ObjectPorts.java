package io.lethe.node.object;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;

/**
 * Everything that the object path stands on; the composition root wires it, and so does the
 * simulator.
 */
public record ObjectPorts(
        Tasks tasks,
        RandomSource random,
        Directory directory,
        Metadata metadata,
        ChunkPeers peers,
        TicketMint tickets,
        VersionKeys keys,
        Lease lease,
        Codecs codecs,
        ObjectMeters meters,
        ObjectSettings settings,
        EventNotes notes) {
    /** Where nobody wants to hear of changes. */
    public ObjectPorts(
            Tasks tasks,
            RandomSource random,
            Directory directory,
            Metadata metadata,
            ChunkPeers peers,
            TicketMint tickets,
            VersionKeys keys,
            Lease lease,
            Codecs codecs,
            ObjectMeters meters,
            ObjectSettings settings) {
        this(
                tasks,
                random,
                directory,
                metadata,
                peers,
                tickets,
                keys,
                lease,
                codecs,
                meters,
                settings,
                EventNotes.NOBODY);
    }

    /** The same, with devices that are asked as work in the background. */
    public ObjectPorts inBackground() {
        return new ObjectPorts(
                tasks,
                random,
                directory,
                metadata,
                peers.background(),
                tickets,
                keys,
                lease,
                codecs,
                meters,
                settings,
                notes);
    }
}
