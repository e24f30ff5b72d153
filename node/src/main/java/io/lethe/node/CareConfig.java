package io.lethe.node;

import io.lethe.node.base.config.ByteSize;
import io.lethe.node.base.config.Setting;
import java.time.Duration;

/** How the node looks after its devices and partitions: parts of {@link NodeConfig}. Stateless. */
final class CareConfig {
    private CareConfig() {}

    /** Reading everything to check it. */
    public record Scrub(
            @Setting(
                            help =
                                    "Everything stored is read and checked once in this time; the"
                                            + " pace follows from it, up to a fifth of what a"
                                            + " device has free.",
                            fallback = "14d",
                            least = "1s",
                            most = "365d")
                    Duration period) {}

    /** Devices that are slow. */
    public record Sick(
            @Setting(
                            help =
                                    "A device that is slow for this long is emptied, its chunks"
                                            + " being moved elsewhere; the same on every node.",
                            fallback = "1h",
                            least = "1s",
                            most = "30d")
                    Duration evictAfter) {}

    /** Metadata partitions that grow, or have nothing any more; the same on every node. */
    public record Partition(
            @Setting(
                            help =
                                    "A metadata partition whose rows take more than this is split;"
                                            + " 0: none is by its size.",
                            fallback = "8GiB",
                            least = "0",
                            most = "1TiB")
                    ByteSize splitSize,
            @Setting(
                            help =
                                    "A metadata partition that gets more commands a second than"
                                            + " this is split; 0: none is by its load.",
                            fallback = "2000",
                            least = "0",
                            most = "1000000")
                    int splitLoad,
            @Setting(
                            help =
                                    "Only after a partition has been above one of these all this"
                                            + " time is it split, and its halves not before it is"
                                            + " over again.",
                            fallback = "5m",
                            least = "1s",
                            most = "7d")
                    Duration splitAfter,
            @Setting(
                            help =
                                    "No partition is split by itself while a node of its has this"
                                            + " many replicas.",
                            fallback = "64",
                            least = "1",
                            most = "64")
                    int mostPerNode,
            @Setting(
                            help =
                                    "Replicas of partitions go from nodes with many to nodes with"
                                            + " few, one at a time, when nothing else has been"
                                            + " under way all this time.",
                            fallback = "1m",
                            least = "1s",
                            most = "7d")
                    Duration evenAfter,
            @Setting(
                            help =
                                    "A metadata partition without objects all this time is merged"
                                            + " into its neighbour, while there are more than"
                                            + " cluster.partitions; 0s: none is by itself.",
                            fallback = "1d",
                            least = "0s",
                            most = "365d")
                    Duration mergeAfter) {}

    /** Bringing redundancy back. */
    public record Repair(
            @Setting(
                            help =
                                    "A device that is away or fails this long is made anew"
                                            + " elsewhere: longer than a restart of a machine.",
                            fallback = "10m",
                            least = "1s",
                            most = "7d")
                    Duration after,
            @Setting(
                            help =
                                    "The lists of a placement group's members are compared this"
                                            + " often.",
                            fallback = "1d",
                            least = "1s",
                            most = "365d")
                    Duration checkEvery,
            @Setting(
                            help =
                                    "Per cent of what requests leave free of a device that moving"
                                            + " and making chunks anew may take, reading and"
                                            + " writing; 8 MiB/s at least, so that it ends.",
                            fallback = "50",
                            least = "1",
                            most = "100")
                    int share) {}
}
