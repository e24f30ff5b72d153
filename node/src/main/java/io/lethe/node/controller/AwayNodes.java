package io.lethe.node.controller;

import io.lethe.node.model.NodeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Since when nodes have been away, as this controller saw it; a new controller counts anew. Soft
 * state of one worker. One task.
 */
final class AwayNodes {
    /** Nodes that may be away at once in a small cluster before nobody counts as lost. */
    static final int MOST_AWAY = 2;

    private static final int AWAY_SHARE = 5;

    private final long graceNanos;
    private final Map<NodeId, Long> awaySince = new HashMap<>();

    AwayNodes(long graceNanos) {
        this.graceNanos = graceNanos;
    }

    /** Forgets all: this is not the controller, or who is here is not known. */
    void clear() {
        awaySince.clear();
    }

    int count() {
        return awaySince.size();
    }

    /** Notes who is here; gives who has been away for the grace. */
    Set<NodeId> lost(Set<NodeId> known, Set<NodeId> here, long nowNanos) {
        awaySince.keySet().removeIf(node -> here.contains(node) || !known.contains(node));
        Set<NodeId> lost = new HashSet<>();
        for (NodeId node : known) {
            if (!here.contains(node)) {
                Long since = awaySince.putIfAbsent(node, nowNanos);
                if (since != null && nowNanos - since >= graceNanos) {
                    lost.add(node);
                }
            }
        }
        return lost;
    }

    /** More than max(2, a fifth of all): then something else is wrong than some nodes. */
    static boolean tooMany(int away, int known) {
        return away > Math.max(MOST_AWAY, known / AWAY_SHARE);
    }
}
