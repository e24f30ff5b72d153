package io.lethe.node;

import io.lethe.node.base.file.FolderLock;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A node's data directory is one process's: a node and what is done to a stopped one keep each
 * other out. Static.
 */
final class DataLock {
    private DataLock() {}

    /**
     * @throws StoreException UNAVAILABLE when a process has it, or the directory can't be used
     */
    static FolderLock take(Path data) {
        try {
            Files.createDirectories(data);
            return FolderLock.take(data)
                    .orElseThrow(
                            () ->
                                    new StoreException(
                                            ErrorCode.UNAVAILABLE,
                                            "node.data "
                                                    + data
                                                    + " is in use by another Lethe process; stop"
                                                    + " it first"));
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
}
