package io.lethe.node.chunk.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Brings a range of a file into the page cache without copying it to the process, so that the event
 * loop's sendfile of it finds it there and does not wait for the disk: the range is sent to {@code
 * /dev/null} first. It also tells whether the range is there at all: a short or unreadable file
 * must be noticed before the head of a frame has promised its bytes. Safe for any thread.
 */
final class PageWarmer implements AutoCloseable {
    private final FileChannel sink;

    PageWarmer() {
        try {
            sink = FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException("/dev/null can't be opened; the data plane needs it", e);
        }
    }

    /** False when the file ends before the range does. */
    boolean warm(FileChannel file, long position, int lengthBytes) throws IOException {
        int done = 0;
        while (done < lengthBytes) {
            long next = file.transferTo(position + done, lengthBytes - done, sink);
            if (next <= 0) {
                return false;
            }
            done += (int) next;
        }
        return true;
    }

    @Override
    public void close() {
        try {
            sink.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
