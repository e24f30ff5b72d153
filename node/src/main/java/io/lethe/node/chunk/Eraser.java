package io.lethe.node.chunk;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.base.nativeio.NativeFiles.DirectFile;
import io.lethe.node.base.nativeio.NativeFiles.InPlace;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Overwrites extents so that the disk does not hold their bytes any more: random bytes, fdatasync,
 * read back past the page cache. Safe for any platform thread.
 */
final class Eraser {
    private static final int STEP_BYTES = DirectFile.MOST_READ_BYTES;

    private final NativeFiles natives;
    private final InPlace inPlace;
    private final RandomSource random;
    private final DeviceHealth health;

    Eraser(NativeFiles natives, InPlace inPlace, RandomSource random, DeviceHealth health) {
        this.natives = natives;
        this.inPlace = inPlace;
        this.random = random;
        this.health = health;
    }

    /** Why erasing here proves nothing; null when it does. */
    @Nullable String refusal() {
        return inPlace.refusal();
    }

    /** Returns whether the overwritten bytes were read back from the disk itself. */
    boolean overwrite(DataFile file, long offset, long lengthBytes) {
        byte[] pattern = new byte[(int) Math.min(STEP_BYTES, lengthBytes)];
        random.fill(pattern);
        for (long at = 0; at < lengthBytes; at += pattern.length) {
            int step = (int) Math.min(pattern.length, lengthBytes - at);
            file.write(offset + at, pattern, 0, step);
        }
        file.sync();
        if (!inPlace.accepted()) {
            return false;
        }
        try {
            compare(file, offset, lengthBytes, pattern);
            return true;
        } catch (IOException e) {
            throw health.failed("reading back erased bytes of " + file.path() + " failed", e);
        }
    }

    private void compare(DataFile file, long offset, long lengthBytes, byte[] pattern)
            throws IOException {
        byte[] got = new byte[pattern.length];
        try (DirectFile direct = natives.openDirect(file.path())) {
            for (long at = 0; at < lengthBytes; at += pattern.length) {
                int step = (int) Math.min(pattern.length, lengthBytes - at);
                direct.read(offset + at, got, step);
                if (!Arrays.equals(got, 0, step, pattern, 0, step)) {
                    throw new IOException("other bytes than those written, at " + (offset + at));
                }
            }
        }
    }
}
