package io.lethe.client.model;

/**
 * Which bytes of an object were delivered.
 *
 * @param startBytes offset of the first, from 0
 * @param lengthBytes how many
 */
public record ContentRange(long startBytes, long lengthBytes) {}
