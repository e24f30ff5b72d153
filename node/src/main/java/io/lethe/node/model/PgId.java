package io.lethe.node.model;

/** A placement group: numbered from 1 by the directory, never reused. */
public record PgId(long value) {
    @Override
    public String toString() {
        return "pg" + value;
    }
}
