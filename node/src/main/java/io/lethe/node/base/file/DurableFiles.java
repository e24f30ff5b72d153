package io.lethe.node.base.file;

import io.lethe.node.base.config.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * File operations that are durable when they return. Owns nothing; blocking, so for disk threads
 * and the start.
 *
 * <p>A file is replaced in four steps, each done before the next: its content is written to {@code
 * NAME.new}, synced, moved over {@code NAME} in one, and the folder is synced. A crash before the
 * move leaves the old file and perhaps {@code NAME.new}; one after it the old or the new file,
 * whole.
 */
public final class DurableFiles {
    private static final String FRESH = ".new";

    private DurableFiles() {}

    /** Replaces a file, or makes it; what a crash left under {@code NAME.new} is overwritten. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path fresh = fresh(file);
        write(fresh, content);
        moveOver(fresh, file);
    }

    /**
     * Replaces a file that an operator makes by a command, or makes it. The permissions hold from
     * its first byte on, so what is under {@code NAME.new} already, perhaps with other ones, is
     * left alone.
     *
     * @throws ConfigException when there is a file {@code NAME.new}
     */
    public static void replaceGuarded(
            Path file, byte[] content, Set<PosixFilePermission> permissions) throws IOException {
        Path fresh = fresh(file);
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        attribute(permissions))) {
            writeAll(channel, content);
        } catch (FileAlreadyExistsException halfWritten) {
            throw new ConfigException(
                    fresh + " is left from an attempt that did not finish: remove it", halfWritten);
        }
        moveOver(fresh, file);
    }

    private static FileAttribute<?> attribute(Set<PosixFilePermission> permissions) {
        return PosixFilePermissions.asFileAttribute(permissions);
    }

    private static Path fresh(Path file) {
        return file.resolveSibling(file.getFileName() + FRESH);
    }

    private static void moveOver(Path fresh, Path file) throws IOException {
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        syncParent(file);
    }

    /** Writes a whole file anew and syncs it; its name becomes durable with its folder. */
    public static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            writeAll(channel, content);
        }
    }

    private static void writeAll(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
        channel.force(true);
    }

    /** Makes a file's content durable. */
    public static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Makes new, renamed and removed names in a folder durable. */
    public static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes a file's or folder's own name durable. */
    public static void syncParent(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            syncFolder(parent);
        }
    }

    /** Deletes a file or folder with all in it; nothing happens when there is none. */
    public static void deleteTree(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    deleteTree(child);
                }
            } catch (NoSuchFileException e) {
                return;
            }
        }
        Files.deleteIfExists(path);
    }
}
