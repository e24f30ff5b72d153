package io.lethe.node.backup;

import io.lethe.node.backup.BackupFile.Kind;
import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.crypto.Envelope;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.Change;
import io.lethe.node.metadata.state.Family;
import io.lethe.node.metadata.table.KeyExport;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads one group's state out of a backup, as the changes that make it of an empty one. */
public final class GroupImport {
    private static final Map<String, Family> FAMILIES =
            Stream.of(Family.values())
                    .collect(Collectors.toUnmodifiableMap(Family::name, Function.identity()));

    private final BackupPlace place;
    private final Manifest manifest;

    public GroupImport(BackupPlace place, Manifest manifest) {
        this.place = place;
        this.manifest = manifest;
    }

    /**
     * The keys, a frame at a time: slots to be written.
     *
     * @param key the backup's
     * @throws CorruptEncoding when a file is damaged
     * @throws StoreException CORRUPT when the backup's key does not open it
     */
    public void keys(Manifest.Group group, KeyBytes key, Consumer<List<Change>> to)
            throws IOException, InterruptedException {
        try (FileReader reader = open(group, Kind.KEYS)) {
            long number = 0;
            for (byte[] frame = reader.next(); frame != null; frame = reader.next()) {
                byte[] opened =
                        Envelope.open(
                                key,
                                Purpose.BACKUP_KEYS,
                                BackupFile.sealOf(group.id(), number++),
                                Bytes.wrap(frame));
                List<Change> slots = new ArrayList<>();
                for (ShardGrant grant : KeyExport.decode(opened)) {
                    slots.add(new Change.WriteSlot(grant));
                }
                to.accept(slots);
            }
        }
    }

    /**
     * The rows, a frame at a time.
     *
     * @throws CorruptEncoding when a file is damaged
     * @throws StoreException UPGRADE_NEEDED when a newer build made it
     */
    public void rows(Manifest.Group group, Consumer<List<Change>> to)
            throws IOException, InterruptedException {
        try (FileReader reader = open(group, Kind.ROWS)) {
            for (byte[] frame = reader.next(); frame != null; frame = reader.next()) {
                Decoder in = new Decoder(frame);
                String name = in.string();
                Family family = FAMILIES.get(name);
                if (family == null) {
                    throw new StoreException(
                            ErrorCode.UPGRADE_NEEDED,
                            "the backup has rows of " + name + ", which this build does not know");
                }
                List<Change> rows = new ArrayList<>();
                while (in.remaining() > 0) {
                    rows.add(new Change.Put(family, in.bytes(), in.bytes()));
                }
                to.accept(rows);
            }
        }
    }

    private FileReader open(Manifest.Group group, Kind kind)
            throws IOException, InterruptedException {
        return new FileReader(place.open(manifest.id(), Manifest.file(group.id(), kind)));
    }
}
