package io.lethe.node.chunk.wire;

/**
 * Credits of a write: how much a client may have under way that the device has not taken. Both
 * sides begin with {@link #initial}; a WRITE_DATA frame spends {@link #cost}, and may be sent only
 * with that much left; WINDOW (fields: u32 credits) gives back what the device has taken. So a slow
 * device fills its own window and nothing else, and the server knows the most that it must hold.
 */
final class Window {
    /** The least that a frame costs, so that many tiny frames can't evade the bound: a page. */
    static final int LEAST_COST = 4096;

    private Window() {}

    static int cost(int bodyBytes) {
        return Math.max(LEAST_COST, bodyBytes);
    }

    /**
     * Enough for the whole chunk where it is short, else the server's window.
     *
     * @param reserveBytes the most bytes of the chunk, as WRITE_OPEN says
     * @param windowBytes the server's window, as its hello says
     */
    static int initial(long reserveBytes, int windowBytes) {
        return (int) Math.min(windowBytes, reserveBytes + LEAST_COST);
    }
}
