package io.lethe.node;

import io.lethe.node.backup.BackupPlace;
import io.lethe.node.backup.BackupPorts;
import io.lethe.node.backup.BackupWorker;
import io.lethe.node.backup.Backups;
import io.lethe.node.backup.FolderPlace;
import io.lethe.node.base.background.Pace;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.Objects;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts what makes copies of the metadata. Stateless. */
final class BackupUpkeep {
    private static final Pacing OFTEN = Pacing.every(Duration.ofSeconds(1).toNanos());

    /** A pause of the pace: one piece of a state. */
    private static final int BURST_BYTES = 1 << 20;

    private BackupUpkeep() {}

    static Backups start(Node.Parts parts, Joined joined, Objects objects, Buckets buckets) {
        BackupConfig config = parts.config().backup();
        Pace pace = new Pace(parts.tasks(), config.rate().bytes(), BURST_BYTES);
        BackupPorts ports =
                new BackupPorts(
                        joined.self(),
                        parts.tasks(),
                        parts.random(),
                        joined.directory(),
                        joined.metadata(),
                        parts.rootKeys(),
                        pace);
        List<BackupPlace> places = new ArrayList<>();
        Path folder = config.folder();
        if (folder != null) {
            places.add(new FolderPlace(folder, parts.natives()));
        }
        if (config.inStore()) {
            places.add(
                    new BucketPlace(
                            new BucketPlace.Ports(
                                    parts.tasks(),
                                    parts.random(),
                                    joined.directory(),
                                    objects,
                                    buckets)));
        }
        Backups backups = new Backups(ports, places);
        parts.workers()
                .start(
                        new BackupWorker(
                                backups,
                                () -> parts.coordination().controllerEpoch().isPresent(),
                                new BackupWorker.Policy(config.every().toMillis(), config.keep())),
                        OFTEN);
        return backups;
    }
}
