package io.lethe.node.model;

/** A segment of an object: random, never reused, carries nothing guessable. */
public record SegmentId(Id128 id) implements Comparable<SegmentId> {
    @Override
    public int compareTo(SegmentId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
