package io.lethe.node.sim;

/** A bug put in on purpose, to show that the checkers find it. */
enum Plant {
    NONE,
    /** A device now and then says that a chunk is durable, and forgets it. */
    ACK_BEFORE_DURABLE,
    /** A partition now and then answers a commit and does not apply it. */
    FORGOTTEN_COMMIT,
    /** Questions are answered by any replica from what it has. */
    STALE_READS
}
