package io.lethe.client.model;

/**
 * A metadata partition that goes over to its neighbour.
 *
 * @param heir the neighbour, which gets its range
 * @param done the partition is no more
 */
public record PartitionMerge(String heir, boolean done) {}
