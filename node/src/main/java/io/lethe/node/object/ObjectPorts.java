package io.lethe.node.object;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.chunk.ChunkPeers;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Setback;
import io.lethe.node.model.StoreException;
import java.util.concurrent.TimeoutException;

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
    /** Whether chunks that no record knows may be removed; not in a cluster that was set back. */
    public boolean reclaimsUnknown() {
        return Setback.reclaims(directory.setting(Setback.RECLAIM));
    }

    /** Whether the directory was ever set back to an earlier state. */
    public boolean wasSetBack() {
        return directory.setting(Setback.Restored.SETTING).isPresent()
                || directory.setting(Setback.Recovered.SETTING).isPresent();
    }

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

    /**
     * Waits for what a device answers.
     *
     * @throws StoreException DEADLINE when it did not by then; else what it says itself
     */
    public <T> T await(DeviceId device, Promise<T> answer, long deadlineNanos)
            throws InterruptedException {
        try {
            return answer.await(deadlineNanos);
        } catch (TimeoutException e) {
            throw new StoreException(
                    ErrorCode.DEADLINE, "device " + device + " did not answer in time");
        }
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
