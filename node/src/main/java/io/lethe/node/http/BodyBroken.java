package io.lethe.node.http;

/** A request's body did not come whole. */
public final class BodyBroken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Why {
        /** The sender went away. */
        GONE,
        /** Nothing came for too long. */
        STALLED,
        /** Its framing makes no sense. */
        MALFORMED
    }

    private final Why why;

    public BodyBroken(Why why) {
        super("the body of the request broke off: " + why);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
