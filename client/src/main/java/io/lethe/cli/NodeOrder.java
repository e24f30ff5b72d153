package io.lethe.cli;

import io.lethe.client.ErrorCode;
import io.lethe.client.LetheClient;
import io.lethe.client.model.NodeStatus;
import java.io.InterruptedIOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which nodes belong to the cluster: {@code lethe node drain|keep|remove|replace}. */
abstract class NodeOrder extends ClientCommand {
    private static final String LEAVING = "LEAVING";

    NodeOrder(Surroundings surroundings) {
        super(surroundings);
    }

    /** {@code lethe node drain}. */
    @Command(
            name = "drain",
            description = {
                "Have a node's chunks and replicas moved to others, nothing missing at any moment.",
                "When nothing is left on it, take it out with 'lethe node remove'."
            })
    static final class Drain extends NodeOrder {
        @Parameters(paramLabel = "NODE", description = "id of the node, see 'lethe nodes'")
        private String node = "";

        @Option(names = "--wait", description = Leaving.WAIT)
        private boolean wait;

        Drain(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) throws InterruptedIOException {
            NodeStatus now = client.cluster().setNodeLeaving(node, true);
            say(now, "node " + node + " is leaving: " + left(now));
            if (!wait) {
                remark("see 'lethe repairs' for how far it is, 'lethe nodes' for what is left");
                return ExitStatus.OK;
            }
            remark("Ctrl-C only stops watching");
            ExitStatus end = watch(client, now);
            if (end == ExitStatus.OK) {
                remark("nothing is left on it; take it out with 'lethe node remove " + node + "'");
            }
            return end;
        }
    }

    /** {@code lethe node keep}. */
    @Command(name = "keep", description = "Let a node stay that was to be drained.")
    static final class Keep extends NodeOrder {
        @Parameters(paramLabel = "NODE", description = "id of the node, see 'lethe nodes'")
        private String node = "";

        Keep(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            say(client.cluster().setNodeLeaving(node, false), "node " + node + " stays");
            return ExitStatus.OK;
        }
    }

    /** {@code lethe node remove}. */
    @Command(
            name = "remove",
            description = {
                "Take a node and its devices out for good: it comes back only empty, as a new one.",
                "Refused while anything is on it; drain it first."
            })
    static final class Remove extends NodeOrder {
        @Parameters(paramLabel = "NODE", description = "id of the node, see 'lethe nodes'")
        private String node = "";

        @Option(
                names = "--lost",
                description =
                        "it is away for good: give up what it has, and make that anew from others"
                                + " without waiting for it")
        private boolean lost;

        Remove(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) {
            return remove(client, node, lost);
        }
    }

    /** {@code lethe node replace}. */
    @Command(
            name = "replace",
            description = {
                "Put a node that has joined in the place of another: drain that, and remove it.",
                "Ctrl-C only stops watching; the same command goes on with it."
            })
    static final class Replace extends NodeOrder {
        @Parameters(index = "0", paramLabel = "OLD", description = "id of the node that goes")
        private String old = "";

        @Parameters(index = "1", paramLabel = "NEW", description = "id of the node that stays")
        private String fresh = "";

        @Option(
                names = "--lost",
                description = "OLD is away for good: make anew what it had, instead of moving it")
        private boolean lost;

        Replace(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        ExitStatus run(LetheClient client) throws InterruptedIOException {
            NodeStatus stays =
                    find(client, fresh)
                            .orElseThrow(
                                    () ->
                                            new UsageException(
                                                    "node '"
                                                            + fresh
                                                            + "' has not joined; start it, and"
                                                            + " see 'lethe nodes'"));
            if (fresh.equals(old)
                    || !stays.up()
                    || !stays.standing().equals("STAYS")
                    || stays.devices() == 0) {
                throw new UsageException(
                        "node '"
                                + fresh
                                + "' can't take another's place: it must be another one,"
                                + " up, with devices, and not leaving; see 'lethe nodes'");
            }
            if (lost) {
                return remove(client, old, true);
            }
            NodeStatus now = client.cluster().setNodeLeaving(old, true);
            say(now, "node " + old + " is leaving: " + left(now));
            ExitStatus end = watch(client, now);
            return end == ExitStatus.OK ? remove(client, old, false) : end;
        }
    }

    final ExitStatus remove(LetheClient client, String node, boolean lost) {
        NodeStatus removed = client.cluster().removeNode(node, lost);
        boolean more = removed.placementGroups() + removed.replicas() > 0;
        say(
                removed,
                more
                        ? "removed "
                                + node
                                + "; made anew is what it had: "
                                + left(removed)
                                + ", see 'lethe repairs'"
                        : "removed " + node);
        return ExitStatus.OK;
    }

    private static String left(NodeStatus node) {
        return node.placementGroups()
                + " placement groups and "
                + node.replicas()
                + " replicas are on it";
    }

    final void say(NodeStatus node, String remark) {
        if (json()) {
            print(Rows.node(node));
        } else {
            remark(remark);
        }
    }

    static Optional<NodeStatus> find(LetheClient client, String id) {
        for (NodeStatus node : client.cluster().nodes()) {
            if (node.id().equals(id)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /** Looks again and again until nothing is on the node. */
    final ExitStatus watch(LetheClient client, NodeStatus first) throws InterruptedIOException {
        NodeStatus before = first;
        boolean seenLeaving = false;
        while (before.placementGroups() + before.replicas() > 0) {
            pauseBeforeLook();
            Optional<NodeStatus> now = find(client, before.id());
            // The answering node may hear of the order a moment later.
            if (now.isEmpty() || (seenLeaving && !now.get().standing().equals(LEAVING))) {
                surroundings
                        .err()
                        .println("lethe: node " + first.id() + " is not leaving any more");
                return ExitStatus.of(ErrorCode.DEVICE_IN_USE);
            }
            seenLeaving |= now.get().standing().equals(LEAVING);
            if (!left(now.get()).equals(left(before))) {
                say(now.get(), "node " + first.id() + ": " + left(now.get()));
            }
            before = now.get();
        }
        return ExitStatus.OK;
    }
}
