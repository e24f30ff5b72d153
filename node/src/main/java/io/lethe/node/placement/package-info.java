/**
 * Which devices a placement group has and which nodes a Raft group: pure planning over failure
 * domains. Start reading at {@link io.lethe.node.placement.PgPlanner}.
 */
@NullMarked
package io.lethe.node.placement;

import org.jspecify.annotations.NullMarked;
