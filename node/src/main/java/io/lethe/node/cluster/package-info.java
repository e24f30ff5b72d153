/**
 * Who is there and who leads: what the rest of a node sees of the coordination service. Start
 * reading at {@link io.lethe.node.cluster.Coordination}.
 */
@NullMarked
package io.lethe.node.cluster;

import org.jspecify.annotations.NullMarked;
