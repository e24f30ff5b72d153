package io.lethe.node.chunk.wire;

import java.nio.file.Path;

/** The same without native epoll, as on other systems. */
final class NioDataPlaneTest extends ChunkPeersContract {
    @Override
    WireFixture open(Path directory) {
        return new WireFixture(directory, null, false);
    }
}
