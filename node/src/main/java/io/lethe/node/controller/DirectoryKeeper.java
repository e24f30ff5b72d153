package io.lethe.node.controller;

import io.lethe.node.cluster.Coordination;
import io.lethe.node.cluster.DirectoryVoters;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the list of the directory's copies up to date, on the elected controller, also before that
 * node has a copy of its own. One task.
 */
public final class DirectoryKeeper {
    private final Coordination coordination;

    public DirectoryKeeper(Coordination coordination) {
        this.coordination = coordination;
    }

    /** Gives newcomers a place and renews what is damaged; true when it changed anything. */
    public boolean seat() {
        return step(
                new DirectorySeats.View(
                        coordination.nodes(), Set.of(), Set.of(), Object::toString));
    }

    boolean step(DirectorySeats.View view) {
        Optional<DirectoryVoters> now = coordination.directoryVoters();
        if (now.isEmpty()
                || coordination.controllerEpoch().isEmpty()
                || !coordination.connected()) {
            return false;
        }
        Optional<DirectoryVoters> next = DirectorySeats.next(now.get(), view);
        next.ifPresent(changed -> coordination.updateDirectoryVoters(now.get(), changed));
        return next.isPresent();
    }
}
