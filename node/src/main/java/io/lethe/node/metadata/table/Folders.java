package io.lethe.node.metadata.table;

import io.lethe.node.base.file.DurableFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Files and folders removed, those with keys so that nothing can bring them back. */
final class Folders {
    private Folders() {}

    static Path parent(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    /** Overwrites a file that holds keys with zeros, durably, then unlinks it. */
    static void wipe(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        byte[] zeros = new byte[KeyFile.PAGE_BYTES];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            long length = out.length();
            for (long at = 0; at < length; at += zeros.length) {
                out.write(zeros, 0, (int) Math.min(zeros.length, length - at));
            }
            out.getFD().sync();
        }
        Files.delete(file);
        DurableFiles.syncParent(file);
    }

    /** Removes a folder with all that is in it; nothing happens if there is none. */
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
                            throws IOException {
                        Files.delete(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
