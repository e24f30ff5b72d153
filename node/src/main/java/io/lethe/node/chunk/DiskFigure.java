package io.lethe.node.chunk;

/** What a {@link DiskChunkStore} counts since it was opened: the catalogue of its metrics. */
public enum DiskFigure {
    CHUNKS_WRITTEN("Chunks made durable."),
    BYTES_WRITTEN("Bytes of chunks made durable."),
    WRITES_ABORTED("Chunks begun and given up, or refused at their end."),
    SLICES_OPENED("Ranges opened for reading."),
    BYTES_OPENED("Bytes in ranges opened for reading."),
    CHUNKS_DELETED("Chunks deleted."),
    CHUNKS_ERASED("Chunks overwritten, read back and deleted."),
    CHUNKS_VERIFIED("Chunks read and checked whole."),
    FAULTS_FOUND("Checks of a chunk that found it damaged."),
    SYNCS("fdatasync calls on data files."),
    SYNCED_CHUNKS("Chunks that waited for one of those; divided by them: the batch size."),
    HOLES_PUNCHED("Extents given back to the file system."),
    FILES_REMOVED("Data files removed since nothing in them was alive."),
    EXTENTS_MOVED("Extents copied forward where holes cannot be punched."),
    CHECKPOINTS("Synced positions from which a crash re-reads."),
    EXTENTS_RECOVERED("Extents put back into the index after a crash."),
    EXTENTS_TORN("Extents dropped after a crash, since their bytes were not all there."),
    READ_ERRORS("Reads that the disk refused."),
    REFUSED_FULL("Chunks refused since the device is full.");

    private final String help;

    DiskFigure(String help) {
        this.help = help;
    }

    public String help() {
        return help;
    }
}
