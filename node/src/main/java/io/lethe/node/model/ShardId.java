package io.lethe.node.model;

/** A shard key's identity: random, kept through splits of its partition. */
public record ShardId(Id128 id) implements Comparable<ShardId> {
    @Override
    public int compareTo(ShardId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
