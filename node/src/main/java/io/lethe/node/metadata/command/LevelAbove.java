package io.lethe.node.metadata.command;

import io.lethe.node.model.Build;
import io.lethe.node.model.GroupId;

/**
 * A replica met behaviour that its build does not know. It must not go on: whatever it decided
 * could be otherwise than what the others decide. A newer build goes on where this one stopped.
 */
public final class LevelAbove extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LevelAbove(GroupId group, int level, Build build) {
        super(group + " can't go on here, and nothing was lost: " + build.refusal(level));
    }
}
