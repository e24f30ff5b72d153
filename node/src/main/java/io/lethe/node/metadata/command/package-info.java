/**
 * What is written into the replicated logs, what is asked of the state, and what comes back; pure
 * values and their encodings. Start reading at {@link
 * io.lethe.node.metadata.command.PartitionCommand}.
 */
@NullMarked
package io.lethe.node.metadata.command;

import org.jspecify.annotations.NullMarked;
