package io.lethe.client;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.OptionalLong;

/** Bytes at hand: read without blocking. */
final class MemorySource implements Source {
    private final byte[] content;

    MemorySource(byte[] content) {
        this.content = content;
    }

    @Override
    public OptionalLong sizeBytes() {
        return OptionalLong.of(content.length);
    }

    @Override
    public boolean rereadable() {
        return true;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(content);
    }

    @Override
    public String description() {
        return content.length + " bytes in memory";
    }
}
