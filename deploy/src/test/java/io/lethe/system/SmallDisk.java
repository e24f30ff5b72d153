package io.lethe.system;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * A file system in a file, which something else than Lethe can fill. Mounting needs rights that not
 * everybody has: {@link #mounted} says whether it did. One thread.
 */
final class SmallDisk implements AutoCloseable {
    private static final int STEP = 1 << 20;

    private final Path directory;
    private final boolean mounted;

    private SmallDisk(Path directory, boolean mounted) {
        this.directory = directory;
        this.mounted = mounted;
    }

    /** Makes and mounts it, or says why it can't be. */
    static SmallDisk mount(Path image, Path directory, long bytes) {
        try {
            Files.createDirectories(directory);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean mounted =
                run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString())
                        && run("mount", "-o", "loop", image.toString(), directory.toString());
        return new SmallDisk(directory, mounted);
    }

    private static boolean run(String... command) {
        try {
            Cluster.Run run = Cluster.Run.of(Map.of(), List.of(command));
            if (run.status() != 0) {
                System.out.println(String.join(" ", command) + ": " + run.output().strip());
            }
            return run.status() == 0;
        } catch (UncheckedIOException e) {
            System.out.println(command[0] + ": " + e.getMessage());
            return false;
        }
    }

    boolean mounted() {
        return mounted;
    }

    Path directory() {
        return directory;
    }

    private Path filler() {
        return directory.resolve("filler");
    }

    /** Takes all that is left, to the last byte. */
    void fill() {
        long usable = directory.toFile().getUsableSpace();
        // Quicker than writing; the file system needs some itself, so the rest is written.
        long most = usable - usable / 32;
        boolean _ = run("fallocate", "-l", String.valueOf(most), filler().toString());
        try (FileChannel file =
                FileChannel.open(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ByteBuffer step = ByteBuffer.allocate(STEP);
            for (long written = 0; written <= usable + STEP; ) {
                written += file.write(step.clear());
            }
        } catch (IOException e) {
            // There is no space left, as there should be none.
        }
    }

    void free() {
        try {
            boolean _ = Files.deleteIfExists(filler());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (mounted) {
            boolean _ = run("umount", "-l", directory.toString());
        }
    }
}
