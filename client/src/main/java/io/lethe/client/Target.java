package io.lethe.client;

import java.io.OutputStream;
import java.nio.file.Path;

/** Where the bytes of a get go. */
public abstract sealed class Target {
    private Target() {}

    /**
     * A file, which appears under its name only when it is whole and verified: the bytes go to a
     * hidden file beside it, which is removed when the get fails.
     */
    public static Target file(Path path) {
        return new FileTarget(path);
    }

    /**
     * A stream, which is flushed and not closed. Bytes reach it before they are verified as a
     * whole, so what was written counts only when the get succeeds.
     */
    public static Target stream(OutputStream stream) {
        return new StreamTarget(stream);
    }

    static final class FileTarget extends Target {
        final Path path;

        FileTarget(Path path) {
            this.path = path;
        }
    }

    static final class StreamTarget extends Target {
        final OutputStream stream;

        StreamTarget(OutputStream stream) {
            this.stream = stream;
        }
    }
}
