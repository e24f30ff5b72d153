package io.lethe.node.console;

/**
 * One thing that must be right.
 *
 * @param name short, e.g. {@code directory}
 * @param bearing what it means when it is not
 * @param ok whether it is right
 * @param reason what is wrong and what to do, or what was found; may be empty
 */
public record HealthCheck(String name, Bearing bearing, boolean ok, String reason) {
    /** What a failed check means for whoever sends traffic or restarts the process. */
    public enum Bearing {
        /** Should be looked at; traffic goes on. */
        NOTICE,
        /** No traffic should come here. */
        READY,
        /** Only a restart helps; no traffic either. */
        LIVE
    }
}
