package io.lethe.node.base.nativeio;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the file system that need native code. All block on the disk, so they belong on platform
 * threads; all are safe for any thread.
 */
public interface NativeFiles {
    /** Alignment of offset, length and buffer for reads past the page cache: a page of x86-64. */
    int PAGE_BYTES = 4096;

    /** Opens a {@link java.nio.channels.FileChannel} that goes past the page cache (O_DIRECT). */
    OpenOption DIRECT = directOption();

    /** By name, since the compiler's warning about its package cannot be switched off. */
    private static OpenOption directOption() {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            return (OpenOption) options.getField("DIRECT").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java runtime cannot open files directly", e);
        }
    }

    /**
     * Gives the blocks of a byte range back to the file system; the range then reads as zeros and
     * the file's size stays.
     *
     * @return false when this file system (or kernel) cannot punch holes; then nothing changed
     * @throws IOException on any other failure, with the system's error number
     */
    boolean punchHole(Path file, long offset, long lengthBytes) throws IOException;

    /** Opens a file for reading past the page cache (O_DIRECT). */
    DirectFile openDirect(Path file) throws IOException;

    /** A file open for reads that come from the disk itself; one thread at a time, any. */
    interface DirectFile extends AutoCloseable {
        /** The most bytes of one read: small against the heap, large against a disk's latency. */
        int MOST_READ_BYTES = 1 << 20;

        /**
         * Reads exactly {@code lengthBytes} at {@code offset}, both multiples of {@link
         * #PAGE_BYTES}, into the start of {@code target}.
         *
         * @throws IOException also when the file ends before
         */
        void read(long offset, byte[] target, int lengthBytes) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Whether overwriting a file's bytes under {@code directory} overwrites them on the disk. */
    InPlace inPlace(Path directory) throws IOException;

    /**
     * The answer of {@link #inPlace}.
     *
     * @param fileSystem its name, for messages
     * @param refusal why bytes overwritten may survive somewhere; null when they don't
     */
    record InPlace(String fileSystem, @Nullable String refusal) {
        public boolean accepted() {
            return refusal == null;
        }
    }

    /**
     * The machine's own.
     *
     * @throws UnsupportedOperationException elsewhere than on 64-bit Linux
     */
    static NativeFiles real() {
        return LinuxFiles.instance();
    }
}
