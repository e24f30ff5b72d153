package io.lethe.node.backup;

import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.model.Id128;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Backups in a folder, each in one of its own that has the backup's id as its name. Whoever has the
 * folder and the root key has all keys, so it is to be guarded as the nodes are.
 */
public final class FolderPlace implements BackupPlace {
    /** Read and written at a time. */
    private static final int BUFFER_BYTES = 256 * 1024;

    private static final String KEYS = ".keys";

    private final Path folder;
    private final NativeFiles natives;

    public FolderPlace(Path folder, NativeFiles natives) {
        this.folder = folder;
        this.natives = natives;
    }

    @Override
    public String name() {
        return folder.toString();
    }

    @Override
    public boolean outside() {
        return true;
    }

    private Path of(Id128 backup) {
        return folder.resolve(backup.toString());
    }

    @Override
    public void write(Id128 backup, String file, Content content)
            throws IOException, InterruptedException {
        Path target = of(backup).resolve(file);
        if (file.equals(OWNER) && !Files.exists(of(backup))) {
            // Not the folder itself, and not later on: that would be a disk that is not mounted.
            Files.createDirectory(of(backup));
            DurableFiles.syncParent(of(backup));
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileChannel out =
                FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (int count = content.read(buffer, 0, buffer.length);
                    count >= 0;
                    count = content.read(buffer, 0, buffer.length)) {
                ByteBuffer rest = ByteBuffer.wrap(buffer, 0, count);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
            }
            out.force(true);
        }
        DurableFiles.syncParent(target);
    }

    @Override
    public Content open(Id128 backup, String file) throws IOException {
        InputStream in =
                new BufferedInputStream(
                        Files.newInputStream(of(backup).resolve(file)), BUFFER_BYTES);
        return new Content() {
            @Override
            public int read(byte[] target, int offset, int lengthBytes) throws IOException {
                return in.read(target, offset, lengthBytes);
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }

    @Override
    public List<Id128> list() throws IOException {
        List<Id128> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "the folder of backups, " + folder + ", is not there: make or mount it");
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                try {
                    found.add(Id128.parse(child.getFileName().toString()));
                } catch (IllegalArgumentException e) {
                    // Something else that the operator keeps there.
                }
            }
        }
        found.sort(null);
        return found;
    }

    @Override
    public boolean delete(Id128 backup) throws IOException {
        Path of = of(backup);
        if (!Files.isDirectory(of)) {
            // What was made is elsewhere if the disk is not mounted.
            return false;
        }
        List<Path> files = files(of);
        List<Path> keys = files.stream().filter(file -> named(file).endsWith(KEYS)).toList();
        boolean none = keys.isEmpty() && files.contains(of.resolve(OWNER));
        boolean inPlace = none || natives.inPlace(of).accepted();
        for (Path file : files) {
            if (keys.contains(file) || named(file).equals(Manifest.NAME)) {
                overwrite(file);
            }
        }
        // The owner goes before the keys: where it is without them, there never were any.
        for (Path file : files) {
            if (!keys.contains(file) && !named(file).equals(OWNER)) {
                DurableFiles.deleteTree(file);
            }
        }
        Files.deleteIfExists(of.resolve(OWNER));
        DurableFiles.syncFolder(of);
        DurableFiles.deleteTree(of);
        DurableFiles.syncParent(of);
        return inPlace;
    }

    private static List<Path> files(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.toList();
        }
    }

    private static String named(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** Durably, with zeros. */
    private static void overwrite(Path file) throws IOException {
        byte[] zeros = new byte[BUFFER_BYTES];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            long length = out.length();
            for (long at = 0; at < length; at += zeros.length) {
                out.write(zeros, 0, (int) Math.min(zeros.length, length - at));
            }
            out.getFD().sync();
        }
    }
}
