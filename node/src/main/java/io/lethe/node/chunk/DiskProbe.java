package io.lethe.node.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code probe} of a device: one page of zeros that is written and synced again and again,
 * in place. A disk that refuses that has failed; a full one has not. Safe for any platform thread.
 */
final class DiskProbe {
    private final DeviceParts parts;
    private @Nullable FileChannel file;

    DiskProbe(DeviceParts parts) {
        this.parts = parts;
    }

    synchronized void run() {
        long began = parts.counters().times().now();
        try {
            FileChannel open = file;
            if (open == null || !open.isOpen()) {
                open =
                        parts.ports()
                                .channels()
                                .open(
                                        parts.settings().directory().resolve("probe"),
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE);
                file = open;
            }
            var _ = open.write(ByteBuffer.allocate(ExtentFormat.PAGE_BYTES), 0);
            open.force(false);
        } catch (IOException e) {
            if (!DataFile.isFull(e) && !DataFile.isInterruption(e)) {
                throw parts.health().failed("a page for trial can't be written", e);
            }
            return;
        }
        parts.counters().times().since(DiskTimes.Kind.SYNC, began);
    }

    synchronized void close() {
        FileChannel open = file;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // It holds nothing.
                file = null;
            }
        }
    }
}
