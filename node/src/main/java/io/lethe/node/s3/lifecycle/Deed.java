package io.lethe.node.s3.lifecycle;

import io.lethe.node.metadata.command.Condition.Seen;
import io.lethe.node.model.WriteId;

/**
 * One thing that a lifecycle does to a key. What is done to a version holds only where that is as
 * it was seen.
 */
sealed interface Deed {
    /**
     * The current object ends: it is removed, or hidden by a delete marker, as the bucket's
     * versioning says.
     */
    record Expire(Seen seen) implements Deed {}

    /**
     * An older version, or an older delete marker, is removed. Its age is counted by what hid it.
     */
    record RemoveNoncurrent(Seen seen) implements Deed {}

    /** A delete marker that hides nothing is removed. */
    record RemoveMarker(Seen seen) implements Deed {}

    /** An upload is given up. */
    record Abort(long order, WriteId write) implements Deed {}
}
