package io.lethe.node;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.cluster.DirectoryVoters;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Brings this node into its cluster: waits until somebody has chosen the directory's voters, or,
 * being the elected controller itself, chooses them. One task.
 */
final class Joining implements Worker {
    private final Node.Parts parts;
    private final Consumer<Joined> done;
    private final io.lethe.node.controller.Founding founding;
    private boolean joined;

    Joining(Node.Parts parts, Consumer<Joined> done) {
        this.parts = parts;
        this.done = done;
        founding =
                new io.lethe.node.controller.Founding(
                        parts.coordination(), Joined.plan(parts.config()), parts.random());
    }

    @Override
    public String name() {
        return "joining";
    }

    @Override
    public Step step() throws InterruptedException {
        if (joined) {
            return new Step.Idle("joined");
        }
        Optional<DirectoryVoters> voters = parts.coordination().directoryVoters();
        if (voters.isPresent()) {
            done.accept(Joined.open(parts, voters.get()));
            joined = true;
            return Step.worked();
        }
        return new Step.Idle(
                parts.coordination().controllerEpoch().isPresent()
                        ? founding.chooseDirectory()
                        : "waiting for the controller");
    }
}
