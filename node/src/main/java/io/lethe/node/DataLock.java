package io.lethe.node;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds the file {@code lock} of a node's data directory, so that a node and what is done to a
 * stopped one keep each other out. The system lets go of it when the process ends, however it ends.
 */
final class DataLock implements AutoCloseable {
    private final FileChannel channel;

    private DataLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @throws StoreException UNAVAILABLE when a process has it, or the directory can't be used
     */
    static DataLock take(Path data) {
        try {
            Files.createDirectories(data);
            FileChannel channel =
                    FileChannel.open(
                            data.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                // This very process has it: told below like any other holder.
            }
            if (lock == null) {
                channel.close();
                throw new StoreException(
                        ErrorCode.UNAVAILABLE,
                        "node.data " + data + " is in use by another Lethe process; stop it first");
            }
            return new DataLock(channel);
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "node.data "
                            + data
                            + " can't be used: "
                            + e
                            + "; it must be a directory that this user may write",
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
