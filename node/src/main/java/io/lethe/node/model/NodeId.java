package io.lethe.node.model;

/** A node for life: made when its data directory is first used. */
public record NodeId(Id128 id) implements Comparable<NodeId> {
    @Override
    public int compareTo(NodeId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
