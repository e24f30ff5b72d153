package io.lethe.node;

import io.lethe.node.backup.FolderPlace;
import io.lethe.node.backup.Manifest;
import io.lethe.node.base.config.ConfigLoader;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.model.Id128;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe restore}: all metadata anew of a backup. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Checks a backup of the metadata, and shows what it would bring back.",
            "With --accept-gap it makes all metadata of the cluster anew of it, on this node, which"
                    + " must be stopped as all others; these get theirs from it when they start.",
            "For a cluster that has lost all copies of its directory. Run it again if it was"
                    + " interrupted."
        })
final class RestoreCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The configuration of the node.")
    private Path config = Path.of("");

    @Option(
            names = "--from",
            required = true,
            paramLabel = "FOLDER",
            description = "Where the backups are: backup.folder of the cluster, or a copy of it.")
    private Path from = Path.of("");

    @Option(
            names = "--backup",
            paramLabel = "ID",
            description = "Which one (default: the newest that is complete).")
    private @Nullable String backup;

    @Option(
            names = "--accept-gap",
            description =
                    "Do it, and sign for the gap: what was acknowledged after the backup was begun"
                            + " is lost. The directory keeps that for good.")
    private boolean acceptGap;

    @Override
    public Integer call() throws Exception {
        NodeConfig loaded = ConfigLoader.load(NodeConfig.class, config, System.getenv()).config();
        PrintStream out = Main.out();
        Id128 wanted = backup == null ? null : Id128.parse(backup);
        try (OfflineNode node = OfflineNode.openOrBegin(loaded, Main.tasks())) {
            Restore restore =
                    new Restore(node, new FolderPlace(from, NativeFiles.real()), out::println);
            Restore.View view = restore.look(wanted);
            describe(view.manifest(), node, out);
            if (acceptGap) {
                var _ = restore.restore(view.manifest().id());
                out.println(
                        "done: start this node, then the others. Chunks that no record knows stay"
                                + " on the disks until 'lethe reclaim on'.");
            } else if (view.obstacle() != null) {
                out.println("it would be refused now: " + view.obstacle());
            } else {
                out.println("by --accept-gap: all metadata is made anew of it on this node");
            }
        }
        return 0;
    }

    private static void describe(Manifest manifest, OfflineNode node, PrintStream out)
            throws InterruptedException {
        long age = node.tasks().clock().wallMillis() - manifest.beganMillis();
        out.println(
                "backup "
                        + manifest.id()
                        + " of cluster "
                        + manifest.clusterName()
                        + " ("
                        + manifest.cluster()
                        + "): whole, and this root key opens it");
        out.println(
                "  begun "
                        + Instant.ofEpochMilli(manifest.beganMillis())
                        + ", "
                        + Duration.ofMillis(age).toMinutes()
                        + " minutes ago; "
                        + manifest.groups().size()
                        + " groups, "
                        + manifest.rows()
                        + " rows");
        out.println(
                "  what was written, deleted, changed or purged since then is not in it: objects of"
                        + " then are back, later ones are gone");
        node.coordination()
                .directoryVoters()
                .ifPresent(
                        voters ->
                                out.println(
                                        "  ZooKeeper knows of copies of the directory on "
                                                + voters.voters().stream()
                                                        .map(one -> one.node().toString())
                                                        .toList()
                                                + ": if one is left, 'lethe recover-directory'"
                                                + " loses less"));
    }
}
