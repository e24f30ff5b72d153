package io.lethe.client.model;

/**
 * Something an operator should look at.
 *
 * @param code stable name for scripts, such as {@code NODE_DOWN}
 * @param message what is the matter
 * @param advice what to do about it
 */
public record ClusterWarning(String code, String message, String advice) {}
