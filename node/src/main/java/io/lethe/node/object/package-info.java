/**
 * The object path: what a gateway does between a door and the metadata and chunk stores. Everything
 * that waits goes through {@link io.lethe.node.base.task.Tasks}, so that it runs in simulation too.
 * Start reading at {@link io.lethe.node.object.Objects}.
 */
@NullMarked
package io.lethe.node.object;

import org.jspecify.annotations.NullMarked;
