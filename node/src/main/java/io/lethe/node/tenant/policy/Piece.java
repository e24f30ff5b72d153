package io.lethe.node.tenant.policy;

import org.jspecify.annotations.Nullable;

/** A part of a pattern. */
sealed interface Piece {
    /** Stands for itself. */
    record Literal(String text) implements Piece {}

    enum Wild implements Piece {
        /** {@code *}: any characters, also none. */
        RUN,
        /** {@code ?}: one character. */
        ONE
    }

    /**
     * {@code ${key}} or {@code ${key, 'fallback'}}.
     *
     * @param key of the request's context, in lower case
     */
    record Variable(String key, @Nullable String fallback) implements Piece {}
}
