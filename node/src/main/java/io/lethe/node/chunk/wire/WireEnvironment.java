package io.lethe.node.chunk.wire;

import io.lethe.node.base.Clock;

/**
 * What a data plane server takes from its surroundings.
 *
 * @param observer told of every request that ended
 * @param faults told of exceptions that no component means to throw
 */
public record WireEnvironment(
        Clock clock, WireObserver observer, Thread.UncaughtExceptionHandler faults) {}
