package io.lethe.node.chunk;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class DiskChunkStoreTest extends ChunkStoreContract {
    @TempDir Path temp;
    private int copies;
    private final java.util.List<ChunkStore> killed = new java.util.ArrayList<>();

    @Override
    protected ChunkStore create() {
        return DiskFixture.open(temp.resolve("device-0"), clock);
    }

    @Override
    protected ChunkStore crash(ChunkStore running) {
        killed.add(running);
        Path from = temp.resolve("device-" + copies++);
        Path to = temp.resolve("device-" + copies);
        DiskFixture.copy(from, to);
        return DiskFixture.open(to, clock);
    }

    @AfterEach
    void closeKilled() {
        killed.forEach(ChunkStore::close);
    }
}
