package io.lethe.node;

import io.lethe.node.chunk.DiskChunkStore;
import io.lethe.node.metadata.Directory;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks whether a directory may become a device of this node: it is there, is empty or holds a
 * device that the cluster knows as this node's and that is not open elsewhere, lies apart from all
 * that the node has, and on a disk of its own, since one disk that fails must not take two devices.
 * Asks the disk; changes nothing.
 *
 * @param path absolute and normal
 * @param sharedDisk it may be on the disk of another device
 */
record NewDevice(Path path, boolean sharedDisk) {
    /** What mkfs leaves. */
    private static final String LOST_AND_FOUND = "lost+found";

    private static StoreException refused(String why) {
        return new StoreException(ErrorCode.INVALID_ARGUMENT, why);
    }

    /**
     * @param open the node's devices and their directories
     * @param data the node's own directory
     * @throws StoreException INVALID_ARGUMENT, with what to do
     */
    void check(NodeId self, Map<DeviceId, Path> open, Path data, Directory directory) {
        if (!Files.isDirectory(path)) {
            throw refused("there is no directory " + path + "; make it, and mount its disk there");
        }
        for (Path other : Stream.concat(open.values().stream(), Stream.of(data)).toList()) {
            Path whole = other.toAbsolutePath().normalize();
            if (path.startsWith(whole) || whole.startsWith(path)) {
                throw refused(
                        path + " and " + whole + " lie in each other, and each has its own use");
            }
        }
        try {
            checkContents(self, open, directory);
            checkDisk(open.values());
        } catch (IOException e) {
            throw refused(path + " can't be looked at: " + e);
        }
    }

    private void checkContents(NodeId self, Map<DeviceId, Path> open, Directory directory)
            throws IOException {
        Optional<DeviceId> holds = DiskChunkStore.peek(path);
        if (holds.isPresent()) {
            Path original = open.get(holds.get());
            if (original != null) {
                throw refused(
                        path
                                + " is a copy of device "
                                + holds.get()
                                + ", which is in use at "
                                + original
                                + "; empty it");
            }
            Optional<DeviceRecord> known = directory.device(holds.get());
            if (known.isEmpty()
                    || !known.get().node().equals(self)
                    || known.get().state() == DeviceRecord.State.REMOVED) {
                throw refused(
                        path
                                + " holds device "
                                + holds.get()
                                + ", which "
                                + (known.isEmpty()
                                        ? "this cluster does not know"
                                        : known.get().state() == DeviceRecord.State.REMOVED
                                                ? "was removed"
                                                : "is another node's")
                                + "; empty it if nobody needs what it holds");
            }
            return;
        }
        try (Stream<Path> all = Files.list(path)) {
            List<String> names =
                    all.map(one -> String.valueOf(one.getFileName()))
                            .filter(name -> !name.equals(LOST_AND_FOUND))
                            .limit(3)
                            .toList();
            if (!names.isEmpty()) {
                throw refused(path + " is not empty: it holds " + names + "; empty it");
            }
        }
    }

    private void checkDisk(Collection<Path> taken) throws IOException {
        Object disk = Files.getAttribute(path, "unix:dev");
        for (Path other : taken) {
            if (!sharedDisk && Files.getAttribute(other, "unix:dev").equals(disk)) {
                throw refused(
                        path
                                + " is on the same file system as device "
                                + other
                                + ": both would be lost at once, and count the same room twice;"
                                + " is its disk mounted? --shared-disk takes it all the same");
            }
        }
    }
}
