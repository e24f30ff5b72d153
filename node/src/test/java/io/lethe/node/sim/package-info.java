/**
 * A whole cluster in one thread under a seed: the real state machines, object path and controller
 * over simulated time, network, disks, log and coordination, with faults and checks. Start reading
 * at {@link io.lethe.node.sim.Simulation}.
 */
@NullMarked
package io.lethe.node.sim;

import org.jspecify.annotations.NullMarked;
