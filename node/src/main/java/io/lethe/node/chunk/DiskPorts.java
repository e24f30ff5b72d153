package io.lethe.node.chunk;

import io.lethe.node.base.Clock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.rocks.RocksOpener;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** What a {@link DiskChunkStore} needs from the process: all of it replaceable by tests. */
public record DiskPorts(
        Clock clock,
        RandomSource random,
        NativeFiles natives,
        ChannelOpener channels,
        WriteBuffers buffers,
        RocksOpener rocks) {
    /** Opens data files; {@link FileChannel#open} but for tests that break disks. */
    @FunctionalInterface
    public interface ChannelOpener {
        FileChannel open(Path file, OpenOption... options) throws IOException;
    }

    /** The machine's own clock, randomness and files. */
    public static DiskPorts real(WriteBuffers buffers, RocksOpener rocks) {
        return new DiskPorts(
                Clock.system(),
                RandomSource.secure(),
                NativeFiles.real(),
                FileChannel::open,
                buffers,
                rocks);
    }
}
