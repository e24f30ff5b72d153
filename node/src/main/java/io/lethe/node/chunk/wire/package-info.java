/**
 * The data plane: chunk bytes between nodes over a small framed protocol on TCP. The protocol is
 * documented byte by byte in {@link io.lethe.node.chunk.wire.FrameHead}, {@link
 * io.lethe.node.chunk.wire.FrameType}, {@link io.lethe.node.chunk.wire.Request} and {@link
 * io.lethe.node.chunk.wire.Reply}. Start reading at {@link
 * io.lethe.node.chunk.wire.DataPlaneServer} and {@link io.lethe.node.chunk.wire.DataPlaneClient}.
 */
@NullMarked
package io.lethe.node.chunk.wire;

import org.jspecify.annotations.NullMarked;
