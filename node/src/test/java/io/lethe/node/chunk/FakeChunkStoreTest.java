package io.lethe.node.chunk;

import io.lethe.node.base.RandomSource;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;

class FakeChunkStoreTest extends ChunkStoreContract {
    @Override
    protected ChunkStore create() {
        DeviceId device = new DeviceId(new Id128(1, 1));
        return new FakeChunkStore(device, clock, RandomSource.seeded(1));
    }

    @Override
    protected ChunkStore crash(ChunkStore running) {
        ((FakeChunkStore) running).crash();
        return running;
    }
}
