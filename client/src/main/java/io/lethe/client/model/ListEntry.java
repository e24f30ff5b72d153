package io.lethe.client.model;

/** A row of a listing. */
public sealed interface ListEntry permits ObjectVersion, CommonPrefix {
    /** The key, or the common prefix. */
    String name();
}
