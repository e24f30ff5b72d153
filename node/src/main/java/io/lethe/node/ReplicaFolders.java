package io.lethe.node;

import io.lethe.node.base.file.DurableFiles;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.metadata.command.PartitionCommand.WipeReceipt;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a node's replicas lie in its data directory. One task for each group at a time.
 *
 * <pre>
 * tables/GROUP.GENERATION    rows and keys ({@link RocksTable})
 * replicas/GROUP.GENERATION  empty: this generation was once whole here, and is never made anew
 * </pre>
 */
final class ReplicaFolders {
    private static final Logger log = LoggerFactory.getLogger(ReplicaFolders.class);

    private final Path data;
    private final NativeFiles natives;

    ReplicaFolders(Path data, NativeFiles natives) {
        this.data = data;
        this.natives = natives;
    }

    /** One life of a replica. */
    record Place(GroupId group, int generation) {
        @Override
        public String toString() {
            return group + "." + generation;
        }
    }

    Path table(Place place) {
        return data.resolve("tables").resolve(place.toString());
    }

    private Path marker(Place place) {
        return data.resolve("replicas").resolve(place.toString());
    }

    /**
     * Whether this generation was ever whole here.
     *
     * @throws StoreException CORRUPT when it was, and its table is gone
     */
    boolean known(Place place) {
        boolean known = Files.exists(marker(place));
        if (known && !RocksTable.isIn(table(place))) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "the table of "
                            + place
                            + " is missing: remove this replica and add it as a new generation");
        }
        return known;
    }

    /** Whether this generation was ever whole here, whatever became of it. */
    boolean wasHere(Place place) {
        return Files.exists(marker(place));
    }

    /** Whether any generation of a group was ever whole here. */
    boolean wasHere(GroupId group) {
        Path markers = data.resolve("replicas");
        if (!Files.exists(markers)) {
            return false;
        }
        try (Stream<Path> all = Files.list(markers)) {
            return all.anyMatch(one -> one.getFileName().toString().startsWith(group + "."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty folder for a life that never begins: as one that is over, it is reported wiped. */
    void leave(Place place) throws IOException {
        Files.createDirectories(table(place));
        DurableFiles.syncParent(table(place));
    }

    /** Durable when it returns. */
    void know(Place place) throws IOException {
        Path marker = marker(place);
        Files.createDirectories(marker.getParent());
        if (!Files.exists(marker)) {
            Files.createFile(marker);
            DurableFiles.syncParent(marker);
        }
    }

    /** Whether a table is here, whole or not. */
    boolean isThere(Place place) {
        return RocksTable.isIn(table(place));
    }

    /** What a life has becomes that of a later one, durably; nothing, where it did before. */
    void rename(Place was, Place is) throws IOException {
        if (isThere(was)) {
            Files.move(table(was), table(is), StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.syncParent(table(is));
        }
    }

    /** All lives whose folders are here. */
    List<Place> places() {
        List<Place> places = new ArrayList<>();
        Path tables = data.resolve("tables");
        if (!Files.exists(tables)) {
            return places;
        }
        try (Stream<Path> folders = Files.list(tables)) {
            for (Path folder : folders.sorted().toList()) {
                place(folder.getFileName().toString(), places);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return places;
    }

    private static void place(String name, List<Place> places) {
        int dot = name.lastIndexOf('.');
        String group = dot < 0 ? "" : name.substring(0, dot);
        String prefix = "partition-";
        try {
            int generation = Integer.parseInt(name.substring(dot + 1));
            if (group.equals(GroupId.DIRECTORY.toString())) {
                places.add(new Place(GroupId.DIRECTORY, generation));
            } else if (group.startsWith(prefix)) {
                int number = Integer.parseInt(group.substring(prefix.length()));
                places.add(new Place(new GroupId(number), generation));
            }
        } catch (NumberFormatException e) {
            log.warn("the folder tables/{} is none of this node's; remove it", name);
        }
    }

    /** Overwrites the keys of a life that is over; repeated, it gives the same receipt. */
    WipeReceipt wipe(Place place) {
        Path folder = table(place);
        try {
            RocksTable.wipe(folder);
            return new WipeReceipt(RocksTable.wiped(folder), natives.inPlace(folder).accepted());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what {@link #wipe} left, once its receipt has arrived. */
    void forget(Place place) {
        try {
            RocksTable.remove(table(place));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
