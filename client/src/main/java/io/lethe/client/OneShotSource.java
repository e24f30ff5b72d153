package io.lethe.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream that can be read once, of which the first bytes are remembered, so that a short one can
 * be sent again. Used by one attempt at a time; the lock hands it from one to the next.
 */
final class OneShotSource implements Source {
    private final InputStream stream;
    private final OptionalLong sizeBytes;
    private byte @Nullable [] remembered = new byte[8 * 1024];
    private int rememberedBytes;

    OneShotSource(InputStream stream, OptionalLong sizeBytes) {
        this.stream = stream;
        this.sizeBytes = sizeBytes;
    }

    @Override
    public OptionalLong sizeBytes() {
        return sizeBytes;
    }

    @Override
    public synchronized boolean rereadable() {
        return remembered != null;
    }

    @Override
    public synchronized InputStream open() throws IOException {
        if (remembered == null) {
            throw new IOException("the stream has been read and cannot be read again");
        }
        return new Replay();
    }

    @Override
    public String description() {
        return "a stream";
    }

    private synchronized int read(byte[] target, int offset, int length, int position)
            throws IOException {
        byte[] kept = remembered;
        if (kept != null && position < rememberedBytes) {
            int n = Math.min(length, rememberedBytes - position);
            System.arraycopy(kept, position, target, offset, n);
            return n;
        }
        int n = stream.read(target, offset, length);
        if (n > 0) {
            remember(target, offset, n);
        }
        return n;
    }

    private void remember(byte[] bytes, int offset, int length) {
        byte[] kept = remembered;
        if (kept == null) {
            return;
        }
        if (rememberedBytes + length > REMEMBERED_BYTES) {
            remembered = null;
            return;
        }
        if (rememberedBytes + length > kept.length) {
            int capacity = Math.max(rememberedBytes + length, 2 * kept.length);
            kept = Arrays.copyOf(kept, Math.min(REMEMBERED_BYTES, capacity));
            remembered = kept;
        }
        System.arraycopy(bytes, offset, kept, rememberedBytes, length);
        rememberedBytes += length;
    }

    /**
     * Reads what is remembered, then goes on with the stream. Does not close it: it is the
     * caller's.
     */
    private final class Replay extends InputStream {
        private int position;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int n = OneShotSource.this.read(target, offset, length, position);
            // Only positions within what is remembered are ever compared.
            position = n <= 0 ? position : Math.min(REMEMBERED_BYTES + 1, position + n);
            return n;
        }
    }
}
