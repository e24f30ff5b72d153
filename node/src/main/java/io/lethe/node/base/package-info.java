/**
 * Things every layer stands on and that know nothing of a store: clock, bytes, checks. Start
 * reading at {@link io.lethe.node.base.Check}.
 */
@NullMarked
package io.lethe.node.base;

import org.jspecify.annotations.NullMarked;
