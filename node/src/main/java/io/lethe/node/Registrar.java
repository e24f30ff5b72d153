package io.lethe.node;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.cluster.Registration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says what this node is and has to the coordination service, again when it has changed. Ports are
 * those that it listens on, also where the configuration lets the system choose. One task.
 */
final class Registrar implements Worker {
    static final String NAME = "registration";
    private final Node.Parts parts;
    private final Supplier<List<Registration.Damaged>> damaged;
    private @Nullable Registration said;

    /**
     * @param damaged replicas whose stores here are lost
     */
    Registrar(Node.Parts parts, Supplier<List<Registration.Damaged>> damaged) {
        this.parts = parts;
        this.damaged = damaged;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Step step() {
        return report() ? Step.worked() : Step.idle();
    }

    boolean report() {
        NodeConfig config = parts.config();
        Registration now =
                new Registration(
                        parts.identity().id(),
                        parts.identity().incarnation(),
                        config.node().host(),
                        parts.dataPort().address().getPort(),
                        parts.rpc().port(),
                        parts.console().port(),
                        parts.s3().port(),
                        config.node().rack(),
                        config.node().roleSet(),
                        parts.keys().publicKey().hex(),
                        parts.devices().registered(),
                        damaged.get(),
                        parts.build());
        if (now.equals(said)) {
            return false;
        }
        parts.coordination().register(now);
        said = now;
        return true;
    }
}
