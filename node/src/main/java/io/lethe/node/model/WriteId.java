package io.lethe.node.model;

/**
 * One attempt to store one object version; random. It is the version's identity in associated data.
 */
public record WriteId(Id128 id) implements Comparable<WriteId> {
    @Override
    public int compareTo(WriteId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
