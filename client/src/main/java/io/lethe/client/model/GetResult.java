package io.lethe.client.model;

/**
 * What was read.
 *
 * @param range the bytes that were delivered
 */
public record GetResult(ObjectVersion object, ContentRange range) {}
