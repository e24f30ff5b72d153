package io.lethe.system;

import io.lethe.client.LetheClient;
import io.lethe.client.ObjectStream;
import io.lethe.client.Source;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** Bytes of any length from a seed, never held in memory as a whole. */
record Contents(long seed, long sizeBytes) {
    private static final int STEP = 64 * 1024;

    /** Reads from the seed, as often as is asked. */
    Source source() {
        return new Source() {
            @Override
            public OptionalLong sizeBytes() {
                return OptionalLong.of(sizeBytes);
            }

            @Override
            public boolean rereadable() {
                return true;
            }

            @Override
            public InputStream open() {
                return stream();
            }

            @Override
            public String description() {
                return "seed " + seed;
            }
        };
    }

    InputStream stream() {
        return new InputStream() {
            private final SplittableRandom random = new SplittableRandom(seed);
            private final byte[] step = new byte[STEP];
            private int at = STEP;
            private long left = sizeBytes;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (left == 0) {
                    return -1;
                }
                if (at == STEP) {
                    random.nextBytes(step);
                    at = 0;
                }
                int count = (int) Math.min(Math.min(length, STEP - at), left);
                System.arraycopy(step, at, target, offset, count);
                at += count;
                left -= count;
                return count;
            }
        };
    }

    String sha256() {
        return sha256(stream());
    }

    /** Of what is stored, read as a stream. */
    static String stored(LetheClient client, String bucket, String key) {
        try (ObjectStream stream = client.objects().open(bucket, key)) {
            return sha256(stream);
        }
    }

    static String sha256(InputStream stream) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[STEP];
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
