package io.lethe.node.sim;

/** A bug put in on purpose, to show that the checkers find it. */
enum Plant {
    NONE(0),
    /** A device now and then says that a chunk is durable, and forgets it. */
    ACK_BEFORE_DURABLE(60),
    /** A partition now and then answers a commit and does not apply it. */
    FORGOTTEN_COMMIT(60),
    /** Questions are answered by any replica from what it has. */
    STALE_READS(100),
    /** A partition tells sweepers that open writes are closed. */
    OPEN_IS_CLOSED(200),
    /** Partitions answer fences and do not keep them. */
    NO_FENCE(200),
    /**
     * The directory finishes a bucket's deletion whatever mark the command names. Looked for in
     * bucket storms only, where one seed in fifty meets it.
     */
    ANY_MARK(100),
    /** A partition now and then makes a change and does not enter its events. */
    UNTOLD_CHANGE(60),
    /** Events are taken out of the partition before the sink has them; a crash loses some. */
    TAKEN_BEFORE_TOLD(100),
    /** What waits for a sink is told newest first. */
    NEWEST_FIRST(60);

    /** Within so many seeds from the first it is found; the rarer its moment, the more. */
    final int mostSeeds;

    Plant(int mostSeeds) {
        this.mostSeeds = mostSeeds;
    }
}
