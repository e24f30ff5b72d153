/**
 * The state machines of directory and partitions: pure functions from rows and a command to changes
 * of rows and a reply. Start reading at {@link io.lethe.node.metadata.state.Rows}.
 */
@NullMarked
package io.lethe.node.metadata.state;

import org.jspecify.annotations.NullMarked;
