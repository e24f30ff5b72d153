package io.lethe.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Where the bytes of a put come from. A put is repeated from the start only where {@link
 * #rereadable} says so; a stream is repeated while it has given no more than {@link
 * #REMEMBERED_BYTES}.
 */
public interface Source {
    /** 1 MiB: what is kept of a one-shot stream, so that small ones can be repeated. */
    int REMEMBERED_BYTES = 1024 * 1024;

    /** The length, where it is known before reading. */
    OptionalLong sizeBytes() throws IOException;

    /** Whether {@link #open} may be called again, and gives the same bytes. */
    boolean rereadable();

    /** The bytes from the beginning. The caller closes the stream. */
    InputStream open() throws IOException;

    /** For messages. */
    String description();

    /** A file, which must not change while it is read. */
    static Source file(Path path) {
        return new Source() {
            @Override
            public OptionalLong sizeBytes() throws IOException {
                // Pipes and devices have no length that can be relied upon.
                return Files.isRegularFile(path)
                        ? OptionalLong.of(Files.size(path))
                        : OptionalLong.empty();
            }

            @Override
            public boolean rereadable() {
                return Files.isRegularFile(path);
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(path);
            }

            @Override
            public String description() {
                return path.toString();
            }
        };
    }

    /** An array, which must not change until the put is done. */
    static Source bytes(byte[] content) {
        return new MemorySource(content);
    }

    /** A stream of unknown length that can be read once. */
    static Source stream(InputStream stream) {
        return stream(stream, OptionalLong.empty());
    }

    /** A stream of this length that can be read once. */
    static Source stream(InputStream stream, long sizeBytes) {
        return stream(stream, OptionalLong.of(sizeBytes));
    }

    private static Source stream(InputStream stream, OptionalLong sizeBytes) {
        return new OneShotSource(stream, sizeBytes);
    }
}
