package io.lethe.node.chunk.wire;

import io.lethe.node.chunk.ChunkStore;
import io.netty.channel.DefaultFileRegion;

/**
 * A part of a slice, sent by the kernel from file to socket. Unlike its parent it leaves the file
 * open: that belongs to the chunk store, and the slice is closed by the read that opened it.
 */
final class SliceRegion extends DefaultFileRegion {
    SliceRegion(ChunkStore.Slice slice, int from, int lengthBytes) {
        super(slice.file(), slice.filePosition() + from, lengthBytes);
    }

    @Override
    protected void deallocate() {
        // The read closes its slice when the last of its regions has been sent or dropped.
    }
}
