package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.LevelAbove;
import io.lethe.node.model.Build;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * What each node runs: this build, or, in some runs, at each start this one or the one before it,
 * which goes by one feature level less. Both are this program: what it may not know as the older
 * one it must not meet, and a replica that meets it halts.
 */
final class SimBuilds {
    private static final Build NEW = Build.own();
    private static final Build OLD = new Build("before", 1, FeatureLevels.HIGHEST - 1);

    /** Whether the cluster is upgraded in this run. */
    final boolean mixed;

    private final SimLoop loop;
    private final IntUnaryOperator levels;
    private final Map<Integer, Build> builds = new HashMap<>();
    private final Set<Integer> warned = new HashSet<>();
    private boolean onlyNew;

    /**
     * @param levels the feature level in force, as a node's copy of the directory has it
     */
    SimBuilds(SimLoop loop, IntUnaryOperator levels) {
        this.loop = loop;
        this.levels = levels;
        mixed = loop.chance(300);
    }

    /** Level with which the cluster begins. */
    int firstLevel() {
        return mixed ? OLD.highest() : NEW.highest();
    }

    Build of(int node) {
        return builds.getOrDefault(node, mixed ? OLD : NEW);
    }

    int levelAt(int node) {
        return levels.applyAsInt(node);
    }

    /**
     * What a node runs from its next start on.
     *
     * @param told level that the coordination service has: a build that does not speak it does not
     *     start
     */
    void choose(int node, int told) {
        boolean old = mixed && !onlyNew && !warned.contains(node) && loop.chance(450);
        builds.put(node, old && OLD.speaks(told) ? OLD : NEW);
    }

    /** From here on every start is one of this build. */
    void onlyNew() {
        onlyNew = true;
    }

    /** Its log said what to do. */
    void halted(int node) {
        warned.add(node);
    }

    /**
     * @throws LevelAbove where the node's build does not speak an entry's level
     */
    void check(GroupId group, int node, Bytes entry) {
        check(group, node, CommandCodec.level(entry));
    }

    void check(GroupId group, int node, int level) {
        if (level > of(node).highest()) {
            throw new LevelAbove(group, level, of(node));
        }
    }
}
