package io.lethe.node;

import io.lethe.node.base.config.Setting;
import java.time.Duration;

/** How the node looks after its devices: parts of {@link NodeConfig}. Stateless. */
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
                    Duration checkEvery) {}
}
