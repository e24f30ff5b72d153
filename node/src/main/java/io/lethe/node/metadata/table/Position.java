package io.lethe.node.metadata.table;

import io.lethe.node.base.Check;

/**
 * A place in a group's log.
 *
 * @param index of the last entry applied, 0 before the first
 * @param term of that entry
 */
public record Position(long index, long term) {
    public static final Position START = new Position(0, 0);

    public Position {
        Check.range("log index", index, 0, Long.MAX_VALUE);
        Check.range("term", term, 0, Long.MAX_VALUE);
    }
}
