package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import org.jspecify.annotations.Nullable;

/** What must hold of the current version when a write or delete is decided. */
public sealed interface Condition {
    /** Nothing. */
    record Always() implements Condition {}

    /** No current version (a delete marker counts as none): If-None-Match: *. */
    record Absent() implements Condition {}

    /** There is a current version: If-Match: *. */
    record Present() implements Condition {}

    /** The current version has this ETag, without quotes: If-Match. */
    record Matches(String etag) implements Condition {}

    /** The current version has another ETag, or there is none: If-None-Match with a tag. */
    record Differs(String etag) implements Condition {}

    /**
     * A version, object or delete marker, is there still and as a walker of the index of changes
     * saw it: all that the walker decided by.
     *
     * @param order of the version
     * @param hiddenBy order of the version right above it, which is there still; 0: none is above
     *     it
     * @param newer how many noncurrent versions must be above it at least
     * @param info its sealed info, where that was decided by; null: whatever it is
     */
    record Seen(long order, long hiddenBy, int newer, @Nullable Bytes info) implements Condition {
        public Seen {
            Check.range("newer versions", newer, 0, PartitionQuery.Changes.MOST_DEPTH);
            if (info != null) {
                Check.range("seen info bytes", info.length(), 0, VersionBody.MOST_INFO_BYTES);
            }
        }

        /** The key's newest version, whatever is said of it. */
        public static Seen newest(long order) {
            return new Seen(order, 0, 0, null);
        }
    }
}
