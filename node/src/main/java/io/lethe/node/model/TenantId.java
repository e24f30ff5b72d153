package io.lethe.node.model;

/** An enterprise. */
public record TenantId(Id128 id) implements Comparable<TenantId> {
    @Override
    public int compareTo(TenantId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
