package io.lethe.node.model;

/**
 * A device for life: written into the device when it is first used; an emptied device gets a new
 * one.
 */
public record DeviceId(Id128 id) implements Comparable<DeviceId> {
    @Override
    public int compareTo(DeviceId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
