/**
 * Background work as one type, so that every loop of a node is paced, counted, listed and stopped
 * in the same way. Start reading at {@link io.lethe.node.base.background.Worker}.
 */
@NullMarked
package io.lethe.node.base.background;

import org.jspecify.annotations.NullMarked;
