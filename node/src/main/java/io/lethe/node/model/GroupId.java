package io.lethe.node.model;

import io.lethe.node.base.Check;

/** A Raft group: 0 is the directory, every other number a metadata partition. */
public record GroupId(int value) implements Comparable<GroupId> {
    public static final GroupId DIRECTORY = new GroupId(0);

    public GroupId {
        Check.range("group", value, 0, Integer.MAX_VALUE);
    }

    public boolean isDirectory() {
        return value == 0;
    }

    @Override
    public int compareTo(GroupId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return isDirectory() ? "directory" : "partition-" + value;
    }
}
