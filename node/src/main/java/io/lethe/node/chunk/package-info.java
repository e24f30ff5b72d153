/**
 * Chunks on one node's devices, and the ports through which others reach them. Start reading at
 * {@link io.lethe.node.chunk.ChunkStore}.
 */
@NullMarked
package io.lethe.node.chunk;

import org.jspecify.annotations.NullMarked;
