/**
 * Blocking through ports, so that the same code runs on virtual threads in production and one at a
 * time, in an order chosen by a seed, in simulation. Start reading at {@link
 * io.lethe.node.base.task.Tasks}.
 */
@NullMarked
package io.lethe.node.base.task;

import org.jspecify.annotations.NullMarked;
