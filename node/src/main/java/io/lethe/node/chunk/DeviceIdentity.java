package io.lethe.node.chunk;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.file.FolderLock;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who a device is, and that one process at a time uses it. Owns the lock on the file {@code lock}
 * until closed.
 *
 * <p>The file {@code device}, written once, is UTF-8 text of four lines:
 *
 * <pre>
 * lethe-device 1
 * id &lt;32 hex digits&gt;
 * cluster &lt;32 hex digits, or none&gt;
 * crc32c &lt;8 hex digits, of the three lines above with their line ends&gt;
 * </pre>
 */
final class DeviceIdentity implements AutoCloseable {
    private static final String FIRST_LINE = "lethe-device 1";
    private static final String FILE = "device";

    private final DeviceId id;
    private final FolderLock lock;

    private DeviceIdentity(DeviceId id, FolderLock lock) {
        this.id = id;
        this.lock = lock;
    }

    DeviceId id() {
        return id;
    }

    /**
     * Locks the directory and reads its identity, or makes one where it is empty.
     *
     * @throws StoreException UNAVAILABLE, with a message for the operator, when it cannot be used
     */
    static DeviceIdentity claim(Path directory, @Nullable Id128 cluster, RandomSource random) {
        try {
            boolean made = !Files.isDirectory(directory);
            Files.createDirectories(directory);
            Path parent = directory.toAbsolutePath().getParent();
            if (made && parent != null) {
                DurableFiles.syncFolder(parent);
            }
            FolderLock lock = lock(directory);
            try {
                return new DeviceIdentity(identify(directory, cluster, random), lock);
            } catch (IOException | StoreException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "the device directory " + directory + " cannot be used: " + e,
                    e);
        }
    }

    /** Which device a directory holds; empty where there is none. */
    static Optional<DeviceId> peek(Path directory) {
        try {
            return Files.exists(directory.resolve(FILE))
                    ? Optional.of(read(directory, null))
                    : Optional.empty();
        } catch (IOException e) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE,
                    "the device directory " + directory + " cannot be read: " + e,
                    e);
        }
    }

    private static FolderLock lock(Path directory) throws IOException {
        return FolderLock.take(directory)
                .orElseThrow(
                        () ->
                                refuse(
                                        directory,
                                        "is in use by another Lethe process; stop that one"
                                                + " first"));
    }

    private static DeviceId identify(Path directory, @Nullable Id128 cluster, RandomSource random)
            throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            refuseLeftovers(directory);
            DeviceId id = new DeviceId(Id128.random(random));
            write(file, id, cluster);
            return id;
        }
        return read(directory, cluster);
    }

    private static DeviceId read(Path directory, @Nullable Id128 cluster) throws IOException {
        Path file = directory.resolve(FILE);
        List<String> lines = Files.readString(file).lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(FIRST_LINE)) {
            throw refuse(
                    directory,
                    "was written in a format that this version does not know ("
                            + (lines.isEmpty() ? "empty" : lines.get(0))
                            + "); start the version that wrote it");
        }
        if (lines.size() != 4
                || !lines.get(3).equals(checksum(String.join("\n", lines.subList(0, 3)) + "\n"))) {
            throw refuse(directory, "has a damaged file 'device'; restore it or empty the device");
        }
        String owner = lines.get(2).substring("cluster ".length());
        if (cluster != null && !owner.equals("none") && !owner.equals(cluster.toString())) {
            throw refuse(
                    directory,
                    "belongs to cluster " + owner + ", not to " + cluster + "; empty it to use it");
        }
        return new DeviceId(Id128.parse(lines.get(1).substring("id ".length())));
    }

    /** A directory with data but no identity has lost it: a new one would orphan the data. */
    private static void refuseLeftovers(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            List<String> others =
                    entries.map(path -> String.valueOf(path.getFileName()))
                            .filter(name -> name.equals("data") || name.equals("index"))
                            .toList();
            if (!others.isEmpty()) {
                throw refuse(
                        directory,
                        "holds " + others + " but no file 'device'; restore that or empty it");
            }
        }
    }

    private static void write(Path file, DeviceId id, @Nullable Id128 cluster) throws IOException {
        String body =
                FIRST_LINE
                        + "\nid "
                        + id
                        + "\ncluster "
                        + (cluster == null ? "none" : cluster)
                        + "\n";
        byte[] content = (body + checksum(body) + "\n").getBytes(StandardCharsets.UTF_8);
        DurableFiles.replace(file, content);
    }

    private static String checksum(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return "crc32c "
                + java.util.HexFormat.of().toHexDigits(ExtentFormat.crc(bytes, 0, bytes.length));
    }

    private static StoreException refuse(Path directory, String why) {
        return new StoreException(
                ErrorCode.UNAVAILABLE, "the device directory " + directory + " " + why);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StoreException(ErrorCode.UNAVAILABLE, "the device's lock did not close", e);
        }
    }
}
