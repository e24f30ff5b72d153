package io.lethe.node;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.controller.DirectoryKeeper;
import io.lethe.node.controller.Founding;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings this node into its cluster: waits until somebody has chosen the directory's voters and
 * given this node a copy, or, being the elected controller itself, does so. A copy whose store is
 * lost or damaged is reported, and opened in its next generation once the controller has raised it.
 * One task; what is damaged is read by any thread.
 */
final class Joining implements Worker {
    private static final Logger log = LoggerFactory.getLogger(Joining.class);
    private static final int NONE = -1;

    private final Node.Parts parts;
    private final Consumer<Joined> done;
    private final Founding founding;
    private final DirectoryKeeper copies;
    private boolean joined;
    private volatile int damagedGeneration = NONE;

    Joining(Node.Parts parts, Consumer<Joined> done) {
        this.parts = parts;
        this.done = done;
        founding = new Founding(parts.coordination(), Joined.plan(parts.config()), parts.random());
        copies = new DirectoryKeeper(parts.coordination());
    }

    /** The generation of the directory's copy that is damaged here. */
    List<Registration.Damaged> damaged() {
        int generation = damagedGeneration;
        return generation == NONE
                ? List.of()
                : List.of(new Registration.Damaged(GroupId.DIRECTORY.value(), generation));
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
        boolean controls = parts.coordination().controllerEpoch().isPresent();
        Optional<DirectoryVoters> voters = parts.coordination().directoryVoters();
        if (voters.isEmpty()) {
            return new Step.Idle(
                    controls ? founding.chooseDirectory() : "waiting for the controller");
        }
        Optional<DirectoryVoters.Voter> own = voters.get().member(parts.identity().id());
        if (own.isEmpty() || own.get().generation() == damagedGeneration) {
            if (controls && copies.seat()) {
                return Step.worked();
            }
            return own.isEmpty()
                    ? new Step.Idle("waiting for a copy of the directory")
                    : new Step.Failed(
                            "the directory's copy here is damaged; waiting until the controller"
                                    + " raises its generation, while most voters are well");
        }
        open(voters.get(), own.get().generation());
        return Step.worked();
    }

    private void open(DirectoryVoters voters, int generation) {
        try {
            done.accept(Joined.open(parts, voters));
            joined = true;
            damagedGeneration = NONE;
        } catch (StoreException e) {
            if (e.code() == ErrorCode.CORRUPT) {
                log.error("this node's copy of the directory is reported as damaged", e);
                damagedGeneration = generation;
            }
            throw e;
        }
    }
}
