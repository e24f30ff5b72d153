package io.lethe.node;

import io.lethe.node.base.config.ByteSize;
import io.lethe.node.base.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Copies of the metadata; the same on every node, since any may be the one that makes them.
 * Immutable.
 */
public record BackupConfig(
        @Setting(
                        help =
                                "The metadata is copied this long after the last time, and after"
                                        + " the controller's start.",
                        fallback = "1d",
                        least = "1s",
                        most = "365d")
                Duration every,
        @Setting(
                        help = "Copies that are kept in each place.",
                        fallback = "7",
                        least = "1",
                        most = "1000")
                int keep,
        @Setting(
                        help =
                                "Copies go into the store itself, into the operator's bucket"
                                        + " lethe-backups.",
                        fallback = "true")
                boolean inStore,
        @Setting(
                        help =
                                "Folder for copies outside of the store, from which a cluster that"
                                        + " has lost all of its metadata can come back: a mounted"
                                        + " file system that all nodes share, guarded as the nodes"
                                        + " are.",
                        optional = true)
                @Nullable Path folder,
        @Setting(
                        help = "Bytes of metadata that are copied in a second.",
                        fallback = "16MiB",
                        least = "64KiB",
                        most = "1TiB")
                ByteSize rate) {}
