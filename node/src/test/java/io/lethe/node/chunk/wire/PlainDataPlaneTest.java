package io.lethe.node.chunk.wire;

import java.nio.file.Path;

final class PlainDataPlaneTest extends ChunkPeersContract {
    @Override
    WireFixture open(Path directory) {
        return new WireFixture(directory);
    }
}
