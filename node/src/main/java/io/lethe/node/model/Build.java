package io.lethe.node.model;

import io.lethe.node.base.Check;

/**
 * The program that a node runs.
 *
 * @param version for people: nothing is decided by it
 * @param lowest the oldest feature level that it goes by
 * @param highest the newest; see {@link FeatureLevels}
 */
public record Build(String version, int lowest, int highest) {
    /** Levels of all builds that will ever be. */
    private static final int MOST_LEVEL = 1_000_000;

    public Build {
        Check.range("lowest feature level", lowest, 1, MOST_LEVEL);
        Check.range("highest feature level", highest, lowest, MOST_LEVEL);
    }

    /** This program. */
    public static Build own() {
        String version = Build.class.getPackage().getImplementationVersion();
        return new Build(
                version == null ? "development" : version,
                FeatureLevels.LOWEST,
                FeatureLevels.HIGHEST);
    }

    public boolean speaks(int level) {
        return lowest <= level && level <= highest;
    }

    /** Its levels, for people. */
    public String range() {
        return lowest == highest ? "level " + lowest : "levels " + lowest + " to " + highest;
    }

    /**
     * What to say where it does not speak a level.
     *
     * @param level in force in the cluster
     */
    public String refusal(int level) {
        return "the cluster is at feature level "
                + level
                + ", and this build ("
                + version
                + ") speaks "
                + range()
                + (level > highest
                        ? ": start a newer build here. A cluster goes back to an older build only"
                                + " before 'lethe upgrade finish'"
                        : ": upgrade by one version at a time, and finish each ('lethe upgrade"
                                + " finish') before the next");
    }
}
