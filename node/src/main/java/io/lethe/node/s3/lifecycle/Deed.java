package io.lethe.node.s3.lifecycle;

import io.lethe.node.model.WriteId;

/** One thing that a lifecycle does to a key. */
sealed interface Deed {
    /**
     * The current object ends: it is removed, or hidden by a delete marker, as the bucket's
     * versioning says.
     */
    record Expire(long order) implements Deed {}

    /**
     * An older version, or an older delete marker, is removed.
     *
     * @param hiddenBy order of the version right above it, by whose creation its age is counted
     */
    record RemoveNoncurrent(long order, long hiddenBy) implements Deed {}

    /** A delete marker that hides nothing is removed. */
    record RemoveMarker(long order) implements Deed {}

    /** An upload is given up. */
    record Abort(long order, WriteId write) implements Deed {}
}
