package io.lethe.client.model;

/**
 * What the keys of a group have in common.
 *
 * @param name up to and including the delimiter
 */
public record CommonPrefix(String name) implements ListEntry {}
