package io.lethe.node.chunk;

import io.lethe.node.base.Check;
import io.lethe.node.model.Id128;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where one device lives and how it behaves.
 *
 * @param directory the device's own, on a file system that nothing else fills
 * @param cluster the cluster it must belong to; written into a new device; null = not checked
 * @param limitBytes the most that Lethe stores here, whatever the file system offers
 * @param dataFileBytes size at which a data file is closed
 * @param leastReserveBytes kept free whatever the capacity (2 % of it where that is more), so that
 *     deletes can always write their records
 * @param checkpointBytes bytes stored between checkpoints; a crash re-reads about this much
 * @param goneMillis how long a deleted chunk is answered GONE instead of NO_SUCH_CHUNK
 * @param mostGone deleted chunks remembered for that; the oldest are forgotten first
 * @param eraseWaitNanos how long an erase waits for readers of the chunk before it overwrites
 */
public record DiskSettings(
        Path directory,
        @Nullable Id128 cluster,
        long limitBytes,
        long dataFileBytes,
        long leastReserveBytes,
        long checkpointBytes,
        long goneMillis,
        long mostGone,
        long eraseWaitNanos) {
    public DiskSettings {
        Check.range("limit bytes", limitBytes, 1 << 20, Long.MAX_VALUE);
        Check.range("data file bytes", dataFileBytes, 64 << 10, 1L << 40);
        Check.range("least reserve bytes", leastReserveBytes, 0, 1L << 40);
        Check.range("checkpoint bytes", checkpointBytes, 4096, 1L << 40);
        Check.range("gone millis", goneMillis, 0, 365L * 86_400_000);
        Check.range("most gone", mostGone, 1, 1L << 32);
        Check.range("erase wait nanos", eraseWaitNanos, 0, 60_000_000_000L);
    }

    /**
     * 1 GiB files (a punched file costs little, a whole one goes at once); a checkpoint per 256 MiB
     * (one to two seconds of re-reading on a disk); a day of GONE (longer than any reader's ticket,
     * node restart or repair round) for up to four million chunks (some 400 MB).
     */
    public static DiskSettings of(Path directory) {
        return new DiskSettings(
                directory,
                null,
                Long.MAX_VALUE,
                1L << 30,
                64L << 20,
                256L << 20,
                86_400_000,
                4_000_000,
                2_000_000_000L);
    }

    public DiskSettings withCluster(Id128 id) {
        return new DiskSettings(
                directory,
                id,
                limitBytes,
                dataFileBytes,
                leastReserveBytes,
                checkpointBytes,
                goneMillis,
                mostGone,
                eraseWaitNanos);
    }

    public DiskSettings withLimits(long limit, long leastReserve) {
        return new DiskSettings(
                directory,
                cluster,
                limit,
                dataFileBytes,
                leastReserve,
                checkpointBytes,
                goneMillis,
                mostGone,
                eraseWaitNanos);
    }

    public DiskSettings withFiles(long fileBytes, long checkpoint) {
        return new DiskSettings(
                directory,
                cluster,
                limitBytes,
                fileBytes,
                leastReserveBytes,
                checkpoint,
                goneMillis,
                mostGone,
                eraseWaitNanos);
    }

    public DiskSettings withGone(long millis, long most) {
        return new DiskSettings(
                directory,
                cluster,
                limitBytes,
                dataFileBytes,
                leastReserveBytes,
                checkpointBytes,
                millis,
                most,
                eraseWaitNanos);
    }

    public DiskSettings withEraseWaitNanos(long nanos) {
        return new DiskSettings(
                directory,
                cluster,
                limitBytes,
                dataFileBytes,
                leastReserveBytes,
                checkpointBytes,
                goneMillis,
                mostGone,
                nanos);
    }
}
